import { countText, groupedText } from "@snowmelt/pipeline/report";
import type { Comparison } from "./compare-sides.ts";

/** Both sides next to each other, and the verdict. */
export function comparisonText(comparison: Comparison, how: string): string {
  const { figures, topRoutes, routes, differingRoutes, equal } = comparison;
  const mark = (same: boolean): string => (same ? "✓" : "✗ differs");
  const figureRows = figures.map(({ name, source, lake }) => [
    name,
    groupedText(source),
    groupedText(lake),
    mark(source === lake),
  ]);
  const routeRows = topRoutes.map(({ route, source, lake }) => [
    route,
    `${groupedText(source.flights)} flights, ${groupedText(source.distance)} miles`,
    `${groupedText(lake.flights)} flights, ${groupedText(lake.distance)} miles`,
    mark(source.flights === lake.flights && source.distance === lake.distance),
  ]);
  const all =
    differingRoutes === 0
      ? `All ${countText(routes)} routes agree.`
      : `${countText(differingRoutes)} of ${countText(routes)} routes differ.`;
  return [
    `The lake, by ${how}, against the source:`,
    "",
    aligned([["", "source", "lake", ""], ...figureRows, ["", "", "", ""], ["top routes", "", "", ""], ...routeRows]),
    "",
    equal ? `${all} The table equals the source.` : `${all} THE TABLE DIFFERS FROM THE SOURCE.`,
    "",
  ].join("\n");
}

/** The first column to the left, figures to the right, marks as they are. */
function aligned(rows: readonly (readonly string[])[]): string {
  const width = (index: number): number => Math.max(...rows.map((row) => row[index]?.length ?? 0));
  const [names, sources, lakes] = [width(0), width(1), width(2)];
  return rows
    .map(([name = "", source = "", lake = "", mark = ""]) =>
      `  ${name.padEnd(names)}  ${source.padStart(sources)}  ${lake.padStart(lakes)}  ${mark}`.trimEnd(),
    )
    .join("\n");
}
