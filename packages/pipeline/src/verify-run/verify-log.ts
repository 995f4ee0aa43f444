import { isSnowmeltError } from "@snowmelt/core/errors";
import { type DeltaTable, type HistoryEntry, parseStats, type Snapshot, snapshotRows } from "@snowmelt/lake/delta";
import type { DatasetResult } from "../manifest.ts";
import { compared, notChecked } from "./rung-check.ts";
import type { RungCheck } from "./verification.ts";

/** The state of a table that a run left; undefined where the log does not reach back to it any more. */
export async function snapshotAt(
  table: DeltaTable,
  version: number,
  signal: AbortSignal,
): Promise<Snapshot | undefined> {
  try {
    return await table.snapshot({ version, signal });
  } catch (error) {
    const gone = ["DELTA_LOG_TRUNCATED", "DELTA_LOG_GAP", "DELTA_VERSION_MISSING"];
    if (isSnowmeltError(error) && gone.includes(error.code)) return undefined;
    throw error;
  }
}

/** The log's entry of a run against its manifest: the very files, with their rows and sizes, and the rows in all. Pure. */
export function compareLog(
  {
    files,
    removedFiles,
    counts,
    deltaVersion,
  }: Pick<DatasetResult, "files" | "removedFiles" | "counts" | "deltaVersion">,
  snapshot: Snapshot | undefined,
): RungCheck[] {
  const subject = `version ${deltaVersion}`;
  if (!snapshot)
    return [
      notChecked("run", { name: "files in the log", subject, because: "the log does not reach back to it any more" }),
    ];
  const checks: RungCheck[] = [];
  let agreed = 0;
  for (const file of files) {
    const add = snapshot.files.get(file.path);
    const expected = `${file.rows} rows, ${file.sizeBytes} bytes`;
    const rows = parseStats(add?.stats, [])?.numRecords;
    const actual = add ? `${rows ?? "unknown"} rows, ${add.size} bytes` : "not in the log";
    if (actual === expected) agreed++;
    else checks.push(compared("run", { name: "file in the log", subject: file.path, expected, actual }));
  }
  const gone = removedFiles.filter((path) => !snapshot.files.has(path)).length;
  const compare = (name: string, expected: number, actual: number | undefined): RungCheck =>
    compared("run", { name, subject, expected: `${expected}`, actual: `${actual ?? "not counted"}` });
  return [
    compare("files in the log", files.length, agreed),
    compare("files removed from the log", removedFiles.length, gone),
    compare("rows of the table by the log", counts.rowsAfter, snapshotRows(snapshot)),
    ...checks,
  ];
}

/**
 * Whether others have taken files out of the table since. What Snowmelt does to its tables keeps their rows or says so; a
 * foreign OPTIMIZE keeps them too.
 */
export async function checkCommitsSince(table: DeltaTable, version: number, signal: AbortSignal): Promise<RungCheck> {
  const foreign: string[] = [];
  for await (const entry of table.history({ signal })) {
    if (entry.version <= version) break;
    if (entry.removedFiles > 0 && !isHarmless(entry)) foreign.push(commitText(entry));
  }
  return compared("run", {
    name: "files removed by other writers since",
    subject: `after version ${version}`,
    expected: "none",
    actual: foreign.length === 0 ? "none" : foreign.join(", "),
    because:
      "rows that the run landed may be gone; verify the table to see how many the source has and the lake has not",
  });
}

const isHarmless = ({ commitInfo }: HistoryEntry): boolean =>
  commitInfo?.operation === "OPTIMIZE" || /^snowmelt/i.test(String(commitInfo?.engineInfo ?? ""));

const commitText = ({ version, commitInfo }: HistoryEntry): string =>
  `version ${version} (${String(commitInfo?.operation ?? "unknown operation")} by ${String(commitInfo?.engineInfo ?? "an unknown writer")})`;
