import type { Field, LandType } from "@snowmelt/core/types";
import { z } from "zod";
import { PartitionValues } from "../delta/action.ts";
import { parseExactJson, toExactJson } from "../delta/exact-json.ts";
import { lakeError } from "../lake-error.ts";

const Unit = z.enum(["us", "ns"]);

const ColumnType: z.ZodType<LandType> = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["boolean", "int32", "int64", "float64", "date", "string", "binary"]) }),
  z.object({ kind: z.literal("decimal"), precision: z.int(), scale: z.int() }),
  z.object({ kind: z.literal("time"), unit: Unit }),
  z.object({ kind: z.literal("timestamp"), unit: Unit, utc: z.boolean() }),
]);

const Column: z.ZodType<Field> = z.object({ name: z.string(), type: ColumnType, nullable: z.boolean() });

/** A data file of a plain Parquet table. */
export const PlainFile = z.object({
  /** Key below the table's root. */
  path: z.string(),
  partitionValues: PartitionValues,
  sizeBytes: z.int(),
  rowCount: z.int(),
  /** Of the whole file, in hex; null for one that another writer wrote. */
  sha256: z.string().nullable(),
  /** Milliseconds since the epoch. */
  modifiedAtMs: z.number(),
  /** Row count, NULL counts and bounds, in the form of Delta's statistics: JSON text. */
  stats: z.string(),
  /** When its rows were read at the source: microseconds since the epoch. */
  readAtMicros: z
    .string()
    .regex(/^-?\d+$/)
    .nullable(),
});
export type PlainFile = z.infer<typeof PlainFile>;

const BigText = z.string().regex(/^-?\d+$/);

/** What a reader has to be told, and what does not hold for who reads the folders or a catalog. */
export const manifestGuarantee = {
  name: "manifest",
  text: "a reader of the manifest sees each commit whole; one of the folders or of a catalog may see partitions of two commits while they are moved",
} as const;

/** One version of a plain Parquet table, whole: nothing but the newest manifest is needed to read it. */
export const PlainManifest = z.object({
  manifestVersion: z.literal(1),
  version: z.int().min(0),
  /** Drawn for this commit alone: tells whose it is. */
  commitId: z.string(),
  /** Of the version before; null for the first. A commit that does not follow on one that is there is none. */
  previousCommitId: z.string().nullable(),
  committedAtMs: z.number(),
  engine: z.string(),
  guarantee: z.object({ name: z.string(), text: z.string() }),
  operation: z.enum(["create", "append", "overwrite", "replacePartitions"]),
  table: z.object({
    id: z.string(),
    name: z.string(),
    createdAtMs: z.number(),
    columns: z.array(Column),
    partitionColumns: z.array(z.string()),
  }),
  /** The table's columns are not those of the version before. */
  columnsChanged: z.boolean(),
  /** Lanes: for each its n, and under `#hi`, `#at` and `#<mark>` where its window ends, the version of its step, its marks. */
  lanes: z.array(z.object({ appId: z.string(), value: BigText, updatedAtMs: z.number().nullable() })),
  /** What the commit was made of: run, attempt, window, snapshot, definition. */
  info: z.record(z.string(), z.unknown()),
  /** Paths of `files` that this version brought. */
  added: z.array(z.string()),
  /** Files that the version before had and this one has not. */
  removed: z.array(z.object({ path: z.string(), sizeBytes: z.int(), partitionValues: PartitionValues })),
  rowCount: z.int(),
  /** Every live file. */
  files: z.array(PlainFile),
});
export type PlainManifest = z.infer<typeof PlainManifest>;

/**
 * A manifest from its bytes; `source` names it in errors. Members that are not known are ignored, a `manifestVersion` that is
 * not known is not. Throws PLAIN_MANIFEST_INVALID and PLAIN_MANIFEST_UNSUPPORTED.
 */
export function parseManifest(body: Uint8Array, source: string): PlainManifest {
  let json: unknown;
  try {
    json = parseExactJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw invalid(source, "it is not JSON in UTF-8; it may be cut off", cause);
  }
  const { manifestVersion } = z
    .looseObject({ manifestVersion: z.unknown() })
    .catch({ manifestVersion: undefined })
    .parse(json);
  if (typeof manifestVersion === "number" && manifestVersion !== 1) {
    throw lakeError(
      "PLAIN_MANIFEST_UNSUPPORTED",
      `${source} has manifestVersion ${manifestVersion}, expected 1. A newer Snowmelt wrote it: read and write the table by that one.`,
      { details: { source, manifestVersion } },
    );
  }
  const parsed = PlainManifest.safeParse(json);
  if (!parsed.success) throw invalid(source, z.prettifyError(parsed.error));
  const why = contradiction(parsed.data);
  if (why !== undefined) throw invalid(source, why);
  return parsed.data;
}

/** Indented at its first level: a file a line. */
export function toManifestBody(manifest: PlainManifest): Uint8Array {
  const lines = Object.entries(manifest).map(([name, value]) => {
    if (!Array.isArray(value) || value.length === 0) return `${JSON.stringify(name)}: ${toExactJson(value)}`;
    return `${JSON.stringify(name)}: [\n    ${value.map((item) => toExactJson(item)).join(",\n    ")}\n  ]`;
  });
  return new TextEncoder().encode(`{\n  ${lines.join(",\n  ")}\n}\n`);
}

/** What cannot be true of a manifest, whoever wrote it. */
function contradiction({ files, added, rowCount, table }: PlainManifest): string | undefined {
  const paths = new Set(files.map(({ path }) => path));
  if (paths.size !== files.length) return "it names a file twice";
  const absent = added.find((path) => !paths.has(path));
  if (absent !== undefined) return `${absent} is said to be added and is not among its files`;
  const rows = files.reduce((sum, file) => sum + file.rowCount, 0);
  if (rows !== rowCount) return `its files hold ${rows} rows and it says ${rowCount}`;
  const known = new Set(table.columns.map(({ name }) => name));
  const stranger = table.partitionColumns.find((name) => !known.has(name));
  if (stranger !== undefined) return `its partition column ${stranger} is none of its columns`;
  const outside = files.find(({ path }) => path === "" || path.startsWith("/") || path.split("/").includes(".."));
  return outside && `${JSON.stringify(outside.path)} is not below the table's root`;
}

function invalid(source: string, why: string, cause?: unknown): Error {
  return lakeError(
    "PLAIN_MANIFEST_INVALID",
    `${source} is no manifest of a plain Parquet table: ${why}. Restore it from a copy, or land the table anew.`,
    { ...(cause === undefined ? {} : { cause }), details: { source } },
  );
}
