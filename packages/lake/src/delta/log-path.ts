/** What a file name in `_delta_log` says it is. */
export type LogFile =
  | { readonly kind: "commit"; readonly version: number }
  | { readonly kind: "checkpoint"; readonly version: number }
  | { readonly kind: "lastCheckpoint" | "other" };

const commitName = /^(\d{20})\.json$/;
const checkpointName = /^(\d{20})\.checkpoint(?:\.\d{10}\.\d{10}|\.[0-9a-f-]{36})?\.(?:parquet|json)$/;

/** Parses the name of a file in `_delta_log`, without its folder. Checksums, compactions and strangers are `other`. */
export function parseLogName(name: string): LogFile {
  const commit = parseVersion(commitName.exec(name)?.[1]);
  if (commit !== undefined) return { kind: "commit", version: commit };
  const checkpoint = parseVersion(checkpointName.exec(name)?.[1]);
  if (checkpoint !== undefined) return { kind: "checkpoint", version: checkpoint };
  return { kind: name === "_last_checkpoint" ? "lastCheckpoint" : "other" };
}

/** `_delta_log/00000000000000000042.json`, below the table's root. */
export function toCommitPath(version: number): string {
  return `_delta_log/${String(version).padStart(20, "0")}.json`;
}

/** The key of something below a table's root in the table's store. */
export function toTableKey(tablePath: string, path: string): string {
  return tablePath === "" ? path : `${tablePath}/${path}`;
}

function parseVersion(digits: string | undefined): number | undefined {
  const version = digits === undefined ? undefined : Number(digits);
  return Number.isSafeInteger(version) ? version : undefined;
}
