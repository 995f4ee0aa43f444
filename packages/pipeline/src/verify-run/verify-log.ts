import { isSnowmeltError } from "@snowmelt/core/errors";
import type { HistoryEntry } from "@snowmelt/lake/delta";
import { readPlainHistory } from "@snowmelt/lake/plain";
import { type DatasetTable, isPlainTable } from "../lake/dataset-table.ts";
import type { DatasetResult } from "../manifest.ts";
import { type LandedTable, openLandedTable } from "./landed-table.ts";
import { compared, notChecked } from "./rung-check.ts";
import type { RungCheck } from "./verification.ts";

/** The state of a table that a run left; undefined where the log does not reach back to it any more. */
export async function landedAt(
  table: DatasetTable,
  version: number,
  signal: AbortSignal,
): Promise<LandedTable | undefined> {
  try {
    return await openLandedTable(table, { version, signal });
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
  landed: LandedTable | undefined,
): RungCheck[] {
  const subject = `version ${deltaVersion}`;
  if (!landed)
    return [
      notChecked("run", { name: "files in the log", subject, because: "the log does not reach back to it any more" }),
    ];
  const checks: RungCheck[] = [];
  let agreed = 0;
  for (const file of files) {
    const held = landed.fileOf(file.path);
    const expected = `${file.rows} rows, ${file.sizeBytes} bytes`;
    const actual = held ? `${held.rows ?? "unknown"} rows, ${held.sizeBytes} bytes` : "not in the log";
    if (actual === expected) agreed++;
    else checks.push(compared("run", { name: "file in the log", subject: file.path, expected, actual }));
  }
  const gone = removedFiles.filter((path) => !landed.fileOf(path)).length;
  const compare = (name: string, expected: number, actual: number | undefined): RungCheck =>
    compared("run", { name, subject, expected: `${expected}`, actual: `${actual ?? "not counted"}` });
  return [
    compare("files in the log", files.length, agreed),
    compare("files removed from the log", removedFiles.length, gone),
    compare("rows of the table by the log", counts.rowsAfter, landed.rowCount),
    ...checks,
  ];
}

/**
 * Whether others have taken files out of the table since. What Snowmelt does to its tables keeps their rows or says so; a
 * foreign OPTIMIZE keeps them too.
 */
export async function checkCommitsSince(table: DatasetTable, version: number, signal: AbortSignal): Promise<RungCheck> {
  const foreign: string[] = [];
  for await (const entry of historyOf(table, signal)) {
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

async function* historyOf(
  table: DatasetTable,
  signal: AbortSignal,
): AsyncGenerator<Pick<HistoryEntry, "version" | "removedFiles" | "commitInfo">> {
  if (!isPlainTable(table)) return yield* table.history({ signal });
  for await (const { version, removedFiles, operation, engine } of readPlainHistory(table, { signal }))
    yield { version, removedFiles, commitInfo: { operation, engineInfo: engine } };
}

const isHarmless = ({ commitInfo }: Pick<HistoryEntry, "commitInfo">): boolean =>
  commitInfo?.operation === "OPTIMIZE" || /^snowmelt/i.test(String(commitInfo?.engineInfo ?? ""));

const commitText = ({ version, commitInfo }: Pick<HistoryEntry, "version" | "commitInfo">): string =>
  `version ${version} (${String(commitInfo?.operation ?? "unknown operation")} by ${String(commitInfo?.engineInfo ?? "an unknown writer")})`;
