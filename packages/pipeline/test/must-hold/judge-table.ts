import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** What engines that are not ours see of a table: each row as text by column, in the order of one column. */
export interface Verdict {
  readonly version: number;
  /** Name, Delta type, nullable. */
  readonly columns: readonly [string, string, boolean][];
  readonly deltalake: readonly Record<string, string | null>[];
  readonly pyarrow: readonly Record<string, string | null>[];
  readonly duckdb: readonly Record<string, string | null>[];
}

/** The Python of the judges; `npm test` makes it. */
export const judgesPython = process.env.SNOWMELT_JUDGES_PYTHON;

export async function judgeTable(folder: string, order: string): Promise<Verdict> {
  const script = join(import.meta.dirname, "../../../lake/test/judges/read-table.py");
  const question = JSON.stringify({ table: folder, order, filters: [] });
  const { stdout } = await promisify(execFile)(judgesPython ?? "", [script, question], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Verdict;
}

/** The double that Python wrote with `float.hex()`. */
export function fromHexFloat(text: string): number {
  const [, sign, whole, fraction, exponent] = /^(-?)0x([01])\.([0-9a-f]+)p([+-]\d+)$/.exec(text) ?? [];
  if (whole === undefined || fraction === undefined) return Number(text);
  const mantissa = Number.parseInt(whole + fraction.padEnd(13, "0"), 16);
  const value = mantissa * 2 ** (Number(exponent) - 52);
  return sign === "-" ? -value : value;
}
