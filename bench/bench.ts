/** One figure: what was measured, of whom, in which unit (`ms`, `rows/s`, `peak RSS MB`). */
export interface BenchCase {
  readonly case: string;
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
}

export interface BenchResult {
  /** Of what took part, Node aside. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly BenchCase[];
}

export type Bench = (args: readonly string[]) => Promise<BenchResult>;

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Arguments of Node that run a file of this folder from its sources. */
export const nodeArgs: readonly string[] = ["--conditions=@snowmelt/source", "--no-warnings"];
