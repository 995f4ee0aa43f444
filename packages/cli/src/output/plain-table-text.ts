import type { PlainTableDescription } from "@snowmelt/lake/plain";
import { bytesText, countText } from "@snowmelt/pipeline/report";
import { facts, section } from "../text/facts.ts";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { tableText as columnsText } from "../text/table.ts";
import { columnSection, fileFacts, historySection, laneSection, partitionSection, rowsText } from "./table-text.ts";

/** A plain Parquet table as a person looks at it. */
export function plainTableText(table: PlainTableDescription, paint: Paint): string {
  const { columns, partitions, lanes, history, runs } = table;
  const sections = [
    columnSection(columns, paint),
    partitions.count > 0 && partitionSection(table, paint),
    runs.length > 0 && runSection(runs, paint),
    lanes.length > 0 && laneSection(lanes, paint),
    historySection(history, paint),
  ];
  const title = paint("bold", printable(table.name ?? table.uri));
  return `${title}  version ${table.version}, plain Parquet\n${facts(factsOf(table))}${sections.filter((text) => text !== false).join("")}`;
}

function factsOf(table: PlainTableDescription): (readonly [name: string, value: string])[] {
  const { uri, id, committedAt, place, manifests, guarantee } = table;
  return [
    ["at", uri],
    ["id", id],
    ["committed", committedAt],
    ...fileFacts(table),
    ["readers look in", place ?? "the folders of its partitions: live files are of several runs"],
    ["manifests", `versions ${manifests.oldestVersion} to ${manifests.newestVersion}`],
    ["promises", guarantee],
  ];
}

function runSection(runs: PlainTableDescription["runs"], paint: Paint): string {
  const titles = [
    { title: "attempt" },
    { title: "run" },
    { title: "version", align: "right" as const },
    { title: "rows", align: "right" as const },
    { title: "files", align: "right" as const },
    { title: "size", align: "right" as const },
  ];
  const rows = runs.map(({ attemptId, runId, version, rows: held, files, bytes }) => [
    printable(attemptId ?? "–"),
    printable(runId ?? "–"),
    version === null ? "–" : `${version}`,
    rowsText(held),
    countText(files),
    bytesText(bytes),
  ]);
  return section("runs with live files", columnsText(titles, rows, paint), paint);
}
