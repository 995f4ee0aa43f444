import { type Field, type PartitionTransform, partitionField, partitionFieldName } from "@snowmelt/core/types";
import { quoteIdentifier, quoteText } from "../quote.ts";
import { snowflakeError } from "../snowflake-error.ts";

/** How an unload's files are spread over folders: one level a partition column, outermost first. Plain data. */
export interface UnloadPartition {
  /** `ORIGIN` of the folder `ORIGIN=FRA`. */
  readonly label: string;
  /** The text of the rows' partition, over the columns that are selected. */
  readonly sql: string;
}

/** A NULL partition, as Hive and Spark name it. A text that reads the same is written in hexadecimal. */
export const nullFolder = "__HIVE_DEFAULT_PARTITION__";
const plainText = "[A-Za-z0-9_-]{1,64}";
/** Of UTF-8; a longer text is named by its hash. */
const maxHexBytes = 64;

/**
 * The partitions of an unload, over landed columns. Values become folder names of letters, digits, `_`, `-` and `.`: plain
 * where they are so, else `.` and the hexadecimal of their UTF-8, or `..` and a SHA-256 where that would be long. The folder
 * is for people; what a file's partition is, its rows say. Throws DEFINITION_INVALID.
 */
export function planUnloadPartitions(
  fields: readonly Field[],
  partitionBy: readonly PartitionTransform[],
): UnloadPartition[] {
  return partitionBy.map((transform, index) => {
    const name = partitionFieldName(transform);
    const text = partitionText(partitionField(transform, fields), transform);
    return { label: /^[A-Za-z0-9_]{1,64}$/.test(name) ? name : `p${index}`, sql: text };
  });
}

/** The expression of PARTITION BY. */
export const partitionClause = (partitions: readonly UnloadPartition[]): string =>
  partitions
    .map(({ label, sql }, index) => `${quoteText(`${index === 0 ? "" : "/"}${label}=`)} || ${sql}`)
    .join(" || ");

/**
 * The partition values that the folders of a file tell, outermost first; undefined for one that is a hash. Throws
 * RESULT_MISMATCH for folders that are not those of the plan.
 */
export function parsePartitionFolders(
  name: string,
  partitions: readonly UnloadPartition[],
): readonly (string | null | undefined)[] {
  const folders = name.split("/").slice(0, -1);
  if (folders.length !== partitions.length) throw mismatch(name, partitions);
  return partitions.map(({ label }, index) => {
    const folder = folders[index] ?? "";
    if (!folder.startsWith(`${label}=`)) throw mismatch(name, partitions);
    return decodeFolder(folder.slice(label.length + 1), () => mismatch(name, partitions));
  });
}

function partitionText({ type }: Field, { kind, column }: PartitionTransform): string {
  const name = quoteIdentifier(column);
  const known = (text: string): string => `NVL(${text}, '${nullFolder}')`;
  switch (kind) {
    case "year":
      return known(`TO_VARCHAR(YEAR(${name}))`);
    case "month":
      return known(`TO_VARCHAR(${name}, 'YYYY-MM')`);
    case "day":
      return known(`TO_VARCHAR(${name}, 'YYYY-MM-DD')`);
    case "hour":
      return known(`TO_VARCHAR(${name}, 'YYYY-MM-DD-HH24')`);
    case "identity":
      if (type.kind === "date") return known(`TO_VARCHAR(${name}, 'YYYY-MM-DD')`);
      return type.kind === "string" ? textFolder(name) : known(`TO_VARCHAR(${name})`);
    default:
      return kind satisfies never;
  }
}

const textFolder = (name: string): string =>
  [
    `CASE WHEN ${name} IS NULL THEN '${nullFolder}'`,
    `WHEN REGEXP_LIKE(${name}, '${plainText}') AND ${name} <> '${nullFolder}' THEN ${name}`,
    `WHEN OCTET_LENGTH(${name}) <= ${maxHexBytes} THEN '.' || HEX_ENCODE(${name})`,
    `ELSE '..' || SHA2(${name}, 256) END`,
  ].join(" ");

function decodeFolder(text: string, refuse: () => Error): string | null | undefined {
  if (text === nullFolder) return null;
  if (/^\.\.[0-9a-f]{64}$/.test(text)) return undefined;
  if (/^\.([0-9A-F]{2})*$/.test(text)) return Buffer.from(text.slice(1), "hex").toString("utf8");
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(text)) return text;
  throw refuse();
}

const mismatch = (name: string, partitions: readonly UnloadPartition[]) =>
  snowflakeError(
    "RESULT_MISMATCH",
    `The unload names the file ${JSON.stringify(name)}; expected it below ${partitions.length === 0 ? "no folder" : partitions.map(({ label }) => `${label}=…`).join("/")}.`,
    { details: { name } },
  );
