import type { CompactionReport } from "@snowmelt/lake/maintain";
import { bytesText, countText } from "@snowmelt/pipeline/report";
import { counted } from "../text/counted.ts";

export function compactText(
  { groups, commits, conflicts }: CompactionReport,
  { dryRun }: { readonly dryRun: boolean },
): string {
  const files = groups.reduce((sum, group) => sum + group.files.length, 0);
  if (groups.length === 0) return "No small files to put together.\n";
  if (dryRun) {
    const bytes = groups.reduce((sum, group) => sum + group.bytes, 0);
    return `${counted(files, "file")} of ${bytesText(bytes)} would become ${countText(groups.length)}. Nothing was written.\n`;
  }
  const lines = commits.map(
    ({ version, filesBefore, filesAfter, bytesBefore, bytesAfter, rows }) =>
      `Version ${version}: ${counted(filesBefore, "file")} of ${bytesText(bytesBefore)} became ${countText(filesAfter)} of ${bytesText(bytesAfter)}, ${counted(rows, "row")} as they were.`,
  );
  const refused = conflicts.map(({ message }) => `Left as it was: ${message}`);
  return `${[...lines, ...refused].join("\n")}\n`;
}
