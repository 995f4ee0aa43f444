import { countText } from "@snowmelt/pipeline/report";

const mostShown = 20;

/** The first lines of a list, and how many more there are. */
export function listed(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostShown) return lines;
  return [...lines.slice(0, mostShown), `  and ${countText(lines.length - mostShown)} more`];
}
