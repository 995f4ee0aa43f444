import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** The Python of the judges; a test without it is skipped, visibly. */
export const judgesPython = process.env.SNOWMELT_JUDGES_PYTHON;

/** Column, type, value: rows where the column has the value. */
export type Filter = readonly [column: string, type: string, value: string];

export interface Verdict {
  readonly version: number;
  readonly protocol: number[];
  readonly columns: [string, string, boolean][];
  readonly deltalake: Record<string, string | null>[];
  readonly pyarrow: Record<string, string | null>[];
  readonly duckdb: Record<string, string | null>[];
  readonly files: number[];
  /** Column, value, rows that pyarrow finds, rows that DuckDB finds. */
  readonly filters: [string, string, number, number][];
}

/** What engines that are not ours see of the Delta table in a folder, ordered by its column `ID`. */
export async function judgeTable(folder: string, filters: readonly Filter[] = []): Promise<Verdict> {
  const question = JSON.stringify({ table: folder, order: "ID", filters });
  const stdout = await askJudge("read-table.py", question);
  return JSON.parse(stdout) as Verdict;
}

/** Runs a script of this folder with the judges' Python and gives what it prints. */
export async function askJudge(script: string, ...args: readonly string[]): Promise<string> {
  const options = { maxBuffer: 1 << 26 };
  const { stdout } = await promisify(execFile)(
    judgesPython ?? "",
    [join(import.meta.dirname, script), ...args],
    options,
  );
  return stdout;
}
