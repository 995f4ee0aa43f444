/** What a file name in `_delta_log` says it is. */
export type LogFile =
  | { readonly kind: "commit"; readonly version: number }
  /** A classic checkpoint: the `part`-th of `parts`. */
  | { readonly kind: "checkpoint"; readonly version: number; readonly part: number; readonly parts: number }
  /** A checkpoint of the second kind, named by a UUID. */
  | { readonly kind: "uuidCheckpoint"; readonly version: number }
  /** Goes with a version and is not needed to read it: a checksum, or a compaction, which ends at the version. */
  | { readonly kind: "companion"; readonly version: number }
  | { readonly kind: "lastCheckpoint" | "other" };

const commitName = /^(\d{20})\.json$/;
const checkpointName = /^(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/;
const uuidCheckpointName = /^(\d{20})\.checkpoint\.[0-9A-Za-z-]+\.(?:parquet|json)$/;
const companionName = /^(?:\d{20}\.)?(\d{20})\.(?:crc|compacted\.json)$/;

/** Parses the name of a file in `_delta_log`, without its folder. Strangers and temporary files are `other`. */
export function parseLogName(name: string): LogFile {
  const commit = parseVersion(commitName.exec(name)?.[1]);
  if (commit !== undefined) return { kind: "commit", version: commit };
  const classic = checkpointName.exec(name);
  const version = parseVersion(classic?.[1]);
  if (version !== undefined) {
    const [part, parts] = [Number(classic?.[2] ?? 1), Number(classic?.[3] ?? 1)];
    return part >= 1 && part <= parts ? { kind: "checkpoint", version, part, parts } : { kind: "other" };
  }
  const second = parseVersion(uuidCheckpointName.exec(name)?.[1]);
  if (second !== undefined) return { kind: "uuidCheckpoint", version: second };
  const companion = parseVersion(companionName.exec(name)?.[1]);
  if (companion !== undefined) return { kind: "companion", version: companion };
  return { kind: name === "_last_checkpoint" ? "lastCheckpoint" : "other" };
}

/** `_delta_log/00000000000000000042.json`, below the table's root. */
export function toCommitPath(version: number): string {
  return `_delta_log/${padded(version)}.json`;
}

/** `_delta_log/00000000000000000040.checkpoint.parquet`, below the table's root. */
export function toCheckpointPath(version: number): string {
  return `_delta_log/${padded(version)}.checkpoint.parquet`;
}

export const lastCheckpointPath = "_delta_log/_last_checkpoint";

/** The key of something below a table's root in the table's store. */
export function toTableKey(tablePath: string, path: string): string {
  return tablePath === "" ? path : `${tablePath}/${path}`;
}

const padded = (version: number): string => String(version).padStart(20, "0");

function parseVersion(digits: string | undefined): number | undefined {
  const version = digits === undefined ? undefined : Number(digits);
  return Number.isSafeInteger(version) ? version : undefined;
}
