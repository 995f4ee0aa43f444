/**
 * A Delta table of many live files and a checkpoint, by us and by delta-rs: loading it, a commit upon it, a checkpoint of
 * it, over a checkpoint that either of them wrote.
 *
 *     npm run bench -- delta [files] [rounds]
 *
 * Every measurement is in a process of its own, its start and its imports left out of the time and not of the memory;
 * rounds are interleaved, medians shown. Trust the ratios of one run: all subjects share the machine.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureReaders } from "../scripts/judges.ts";
import { type Bench, type BenchCase, median, nodeArgs } from "./bench.ts";
import { writeEntries } from "./delta/write-entries.ts";

const operations = ["load", "list", "commit", "checkpoint"] as const;
type Operation = (typeof operations)[number];

interface Measured {
  readonly ms: number;
  readonly peakRssMb: number;
  readonly files: number;
}

interface Subject {
  readonly name: string;
  readonly measure: (operation: Operation, table: string) => Measured;
}

export const bench: Bench = async ([files = "100000", rounds = "5"]) => {
  const python = ensureReaders().SNOWMELT_JUDGES_PYTHON;
  const run = (command: string, args: readonly string[]): string => execFileSync(command, args, { encoding: "utf8" });
  const here = join(import.meta.dirname, "delta");
  const subjects: readonly Subject[] = [
    {
      name: "snowmelt",
      measure: (operation, table) =>
        JSON.parse(run(process.execPath, [...nodeArgs, join(here, "snowmelt.ts"), operation, table])) as Measured,
    },
    {
      name: "delta-rs",
      measure: (operation, table) => JSON.parse(run(python, [join(here, "delta-rs.py"), operation, table])) as Measured,
    },
  ];
  const version = run(python, ["-c", "import deltalake; print(deltalake.__version__)"]).trim();
  const folder = mkdtempSync(join(tmpdir(), "snowmelt-bench-delta-"));
  try {
    const cases: BenchCase[] = [];
    for (const writer of subjects) {
      const table = join(folder, writer.name);
      await writeEntries(table, Number(files));
      writer.measure("checkpoint", table);
      const live = Number(files) + 1;
      for (const operation of operations) {
        const what = `${operation}, ${files} files, checkpoint by ${writer.name}`;
        cases.push(...measureCase(what, { table, operation, subjects, rounds: Number(rounds), files: live }));
      }
    }
    return { versions: { "delta-rs (python deltalake)": version }, cases };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

function measureCase(
  what: string,
  {
    table,
    operation,
    subjects,
    rounds,
    files,
  }: {
    readonly table: string;
    readonly operation: Operation;
    readonly subjects: readonly Subject[];
    readonly rounds: number;
    readonly files: number;
  },
): BenchCase[] {
  const found = new Map(subjects.map(({ name }): [string, Measured[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, measure } of subjects) {
      const copy = `${table}-copy`;
      cpSync(table, copy, { recursive: true });
      const measured = measure(operation, copy);
      rmSync(copy, { recursive: true });
      if (measured.files !== files)
        throw new Error(`${name} saw ${measured.files} files in ${what}, expected ${files}.`);
      found.get(name)?.push(measured);
    }
  }
  const of = (name: string, figure: (measured: Measured) => number): number =>
    median((found.get(name) ?? []).map(figure));
  const [first, second] = subjects.map(({ name }) => of(name, ({ ms }) => ms));
  return [
    ...subjects.map(({ name }) => ({ case: what, subject: name, metric: "ms", value: of(name, ({ ms }) => ms) })),
    {
      case: what,
      subject: "snowmelt",
      metric: "times delta-rs",
      value: (first ?? Number.NaN) / (second ?? Number.NaN),
    },
    ...subjects.map(({ name }) => ({
      case: what,
      subject: name,
      metric: "peak RSS MB",
      value: of(name, ({ peakRssMb }) => peakRssMb),
    })),
  ];
}
