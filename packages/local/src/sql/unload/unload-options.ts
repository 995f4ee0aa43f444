import { compilationError, unsupported } from "../failures.ts";
import { planFileFormat } from "../stage/file-format.ts";
import { flagValue, groupValue, integerValue, invalidProperty } from "../stage/property-value.ts";
import type { Property } from "../syntax/property.ts";

/** How a COPY writes its files. */
export interface UnloadOptions {
  readonly compression: "SNAPPY" | "NONE";
  readonly maxFileBytes: number;
  readonly header: boolean;
  readonly detailedOutput: boolean;
  readonly includeQueryId: boolean;
  readonly overwrite: boolean;
  readonly single: boolean;
}

export interface UnloadSetting {
  readonly isPartitioned: boolean;
  /** The FILE_FORMAT of the stage, for a COPY that names none. */
  readonly stageFormat: Readonly<Record<string, string>>;
}

const MEBIBYTE = 1024 * 1024;
const MOST_BYTES = 5 * 1024 * MEBIBYTE;

/** Reads the options of COPY INTO a location; combinations that Snowflake refuses are refused. */
export function planUnloadOptions(properties: readonly Property[], setting: UnloadSetting): UnloadOptions {
  const byName = new Map(properties.map((property) => [property.name, property]));
  for (const name of byName.keys()) requireKnown(name);
  const flag = (name: string, absent: boolean) => {
    const property = byName.get(name);
    return property === undefined ? absent : flagValue(property);
  };
  const format = byName.get("FILE_FORMAT");
  const size = byName.get("MAX_FILE_SIZE");
  const options = {
    compression: compressionOf(format === undefined ? setting.stageFormat : planFileFormat(groupValue(format))),
    maxFileBytes: size === undefined ? 16 * MEBIBYTE : integerValue(size, 1, MOST_BYTES),
    header: flag("HEADER", false),
    detailedOutput: flag("DETAILED_OUTPUT", false),
    includeQueryId: flag("INCLUDE_QUERY_ID", setting.isPartitioned),
    overwrite: flag("OVERWRITE", false),
    single: flag("SINGLE", false),
  };
  requireTogether(options, setting.isPartitioned);
  return options;
}

const KNOWN = new Set([
  "FILE_FORMAT",
  "MAX_FILE_SIZE",
  "HEADER",
  "DETAILED_OUTPUT",
  "INCLUDE_QUERY_ID",
  "OVERWRITE",
  "SINGLE",
]);
const ELSEWHERE = new Set(["VALIDATION_MODE", "STORAGE_INTEGRATION", "CREDENTIALS", "ENCRYPTION"]);

function requireKnown(name: string): void {
  if (ELSEWHERE.has(name)) throw unsupported(`${name} of COPY INTO a location`);
  if (!KNOWN.has(name)) throw invalidProperty(name, "COPY INTO");
}

function compressionOf(format: Readonly<Record<string, string>>): UnloadOptions["compression"] {
  const type = format.TYPE ?? "CSV";
  if (type !== "PARQUET") throw unsupported(`unloading to ${type}`);
  if (format.COMPRESSION === "LZO") throw unsupported("COMPRESSION = LZO");
  return format.COMPRESSION === "NONE" ? "NONE" : "SNAPPY";
}

function requireTogether(options: UnloadOptions, isPartitioned: boolean): void {
  const { includeQueryId, overwrite, single } = options;
  if (isPartitioned && single) throw conflict("SINGLE = TRUE", "PARTITION BY");
  if (isPartitioned && overwrite) throw conflict("OVERWRITE = TRUE", "PARTITION BY");
  if (isPartitioned && !includeQueryId) throw conflict("INCLUDE_QUERY_ID = FALSE", "PARTITION BY");
  if (includeQueryId && single) throw conflict("INCLUDE_QUERY_ID = TRUE", "SINGLE = TRUE");
  if (includeQueryId && overwrite) throw conflict("INCLUDE_QUERY_ID = TRUE", "OVERWRITE = TRUE");
}

function conflict(option: string, other: string): Error {
  return compilationError(`copy option ${option} is not supported together with ${other}.`, "001090", "42601");
}
