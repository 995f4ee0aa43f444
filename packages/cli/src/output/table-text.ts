import type { TableDescription } from "@snowmelt/lake/read";
import { bytesText, countText } from "@snowmelt/pipeline/report";
import { facts, section } from "../text/facts.ts";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { tableText as columnsText } from "../text/table.ts";

/** A table as a person looks at it. */
export function tableText(table: TableDescription, paint: Paint): string {
  const { columns, partitions, lanes, history, properties } = table;
  const sections = [
    columnSection(columns, paint),
    partitions.count > 0 && partitionSection(table, paint),
    lanes.length > 0 && laneSection(lanes, paint),
    Object.keys(properties).length > 0 && section("properties", facts(Object.entries(properties)), paint),
    historySection(history, paint),
  ];
  const title = paint("bold", printable(table.name ?? table.uri));
  return `${title}  version ${table.version}\n${facts(factsOf(table))}${sections.filter((text) => text !== false).join("")}`;
}

function factsOf(table: TableDescription): (readonly [name: string, value: string])[] {
  const { uri, id, committedAt, protocol, removedFiles, log } = table;
  const features = protocol.features.length > 0 ? `, ${protocol.features.join(", ")}` : "";
  return [
    ["at", uri],
    ["id", id],
    ["committed", committedAt ?? "not known any more"],
    ...fileFacts(table),
    ["removed files", `${countText(removedFiles)} remembered`],
    ["log", `versions ${log.oldestVersion} to ${log.newestVersion}`],
    ["protocol", `reader ${protocol.reader}, writer ${protocol.writer}${features}`],
  ];
}

/** Rows, files, sizes, partitions and skew. */
export function fileFacts({
  files,
  partitions,
  partitionColumns,
}: Pick<TableDescription, "files" | "partitions" | "partitionColumns">): (readonly [name: string, value: string])[] {
  return [
    ["rows", rowsText(files.rows)],
    ["files", `${countText(files.files)}, ${bytesText(files.bytes)}`],
    [
      "file size",
      `${bytesText(files.smallestBytes)} to ${bytesText(files.largestBytes)}, median ${bytesText(files.medianBytes)}`,
    ],
    ["partitions", partitionsText({ partitionColumns, partitions })],
    ["skew", partitions.skew === null ? "–" : `${countText(partitions.skew)} times the median`],
  ];
}

export const rowsText = (rows: number | null): string => (rows === null ? "not counted" : countText(rows));

function partitionsText({
  partitionColumns,
  partitions,
}: Pick<TableDescription, "partitionColumns" | "partitions">): string {
  return partitionColumns.length === 0 ? "none" : `${countText(partitions.count)} by ${partitionColumns.join(", ")}`;
}

export function columnSection(columns: TableDescription["columns"], paint: Paint): string {
  const rows = columns.map(({ name, type, nullable, isPartition }) =>
    [name, nullable ? type : `${type} not null`, isPartition ? "partition" : ""].map(printable),
  );
  return section("columns", columnsText([{ title: "name" }, { title: "type" }, { title: "" }], rows, paint), paint);
}

export function partitionSection(
  { partitionColumns, partitions }: Pick<TableDescription, "partitionColumns" | "partitions">,
  paint: Paint,
): string {
  const { largest, count } = partitions;
  const titles = [
    ...partitionColumns.map((title) => ({ title: printable(title) })),
    { title: "rows", align: "right" as const },
    { title: "files", align: "right" as const },
    { title: "size", align: "right" as const },
  ];
  const rows = largest.map(({ partitionValues, rows: held, files, bytes }) => [
    ...partitionColumns.map((name) => printable(partitionValues[name] ?? "NULL")),
    rowsText(held),
    countText(files),
    bytesText(bytes),
  ]);
  const name =
    count > largest.length ? `partitions (the ${largest.length} largest of ${countText(count)})` : "partitions";
  return section(name, columnsText(titles, rows, paint), paint);
}

export function laneSection(lanes: TableDescription["lanes"], paint: Paint): string {
  const titles = [
    { title: "lane" },
    { title: "n", align: "right" as const },
    { title: "window end", align: "right" as const },
  ];
  return section(
    "lanes",
    columnsText(
      titles,
      lanes.map(({ appId, n, hi }) => [printable(appId), `${n}`, hi]),
      paint,
    ),
    paint,
  );
}

export function historySection(history: TableDescription["history"], paint: Paint): string {
  const titles = [
    { title: "version", align: "right" as const },
    { title: "committed" },
    { title: "operation" },
    { title: "added", align: "right" as const },
    { title: "removed", align: "right" as const },
  ];
  const rows = history.map(({ version, committedAt, operation, addedFiles, removedFiles }) => [
    `${version}`,
    committedAt ?? "–",
    printable(operation ?? "–"),
    `${addedFiles}`,
    `${removedFiles}`,
  ]);
  return section("history", columnsText(titles, rows, paint), paint);
}
