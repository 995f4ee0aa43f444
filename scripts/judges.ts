import { globSync } from "node:fs";
import { join } from "node:path";
import { findJavaProblem } from "./java.ts";
import { ensureEnvironment, findEnvironment, type JudgeEnvironment } from "./judge-environment.ts";

const readers: JudgeEnvironment = { what: "the judges' Python environment", locks: [{ file: "readers.txt" }] };
/** Apart from the others, which need no Java and are made sooner. */
const spark: JudgeEnvironment = {
  what: "Spark's Python environment",
  locks: [{ file: "spark-build.txt" }, { file: "spark.txt", isBuilt: true }],
};

/** What a test needs to reach the judges; set in the environment of a test run. */
export interface Judges {
  /** The Python that imports deltalake, pyarrow, duckdb and sqlglot. */
  readonly SNOWMELT_JUDGES_PYTHON: string;
  /** The delta extension of DuckDB, to `LOAD` in `@duckdb/node-api` too. */
  readonly SNOWMELT_DUCKDB_DELTA: string;
  /** The Python that imports pyspark. */
  readonly SNOWMELT_SPARK_PYTHON: string;
}

/** What reaches the judges that are not Spark. */
export type Readers = Omit<Judges, "SNOWMELT_SPARK_PYTHON">;

/**
 * The judges' environments, made if they are not there: some minutes and 850 MB the first time, milliseconds after. Spark is
 * left out, with a word, where there is no Java for it.
 */
export function ensureJudges(): Readers & Partial<Judges> {
  const made = ensureReaders();
  const problem = findJavaProblem();
  if (problem === undefined) return { ...made, ...sparkIn(ensureEnvironment(spark)) };
  console.error(`snowmelt: ${problem}`);
  return made;
}

/** All but Spark, in the same way; no Java is needed. */
export function ensureReaders(): Readers {
  return readersIn(ensureEnvironment(readers));
}

/** The judges that were made for these locks earlier. Makes nothing. */
export function findJudges(): Partial<Judges> {
  const [readersFolder, sparkFolder] = [findEnvironment(readers), findEnvironment(spark)];
  return {
    ...(readersFolder === undefined ? {} : readersIn(readersFolder)),
    ...(sparkFolder === undefined ? {} : sparkIn(sparkFolder)),
  };
}

function readersIn(folder: string): Readers {
  const pattern = "lib/python3.*/site-packages/duckdb_extension_delta/extensions/*/delta.duckdb_extension";
  const [extension] = globSync(pattern, { cwd: folder });
  if (extension === undefined) {
    throw new Error(`The delta extension of DuckDB is not at ${folder}/${pattern}. Remove ${folder} and run again.`);
  }
  return {
    SNOWMELT_JUDGES_PYTHON: join(folder, "bin", "python"),
    SNOWMELT_DUCKDB_DELTA: join(folder, extension),
  };
}

function sparkIn(folder: string): Pick<Judges, "SNOWMELT_SPARK_PYTHON"> {
  return { SNOWMELT_SPARK_PYTHON: join(folder, "bin", "python") };
}
