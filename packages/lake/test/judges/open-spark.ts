import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The Python of Spark; a test without it is skipped, visibly. */
export const sparkPython = process.env.SNOWMELT_SPARK_PYTHON;

export interface SparkQuestion {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** The folder whose folders give partition columns. @default the columns of the files alone */
  readonly base?: string;
  /** SQL. @default all rows */
  readonly where?: string;
  /** Spark's, for this question alone. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface SparkRows {
  /** Name and Spark's type. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** As exact text: days, microseconds, hex of bytes, text and doubles. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A Spark that reads Parquet files. Disposing ends it. */
export interface Spark extends AsyncDisposable {
  readonly version: string;
  /** Rejects with Spark's words when it cannot read them. */
  read(question: SparkQuestion): Promise<SparkRows>;
}

/** Starts Spark, which takes some seconds: once for all questions of a test file. One question at a time. */
export async function openSpark(): Promise<Spark> {
  const script = join(import.meta.dirname, "spark-session.py");
  const child = spawn(sparkPython ?? "", [script], { stdio: ["pipe", "pipe", "pipe"] });
  const complaints: string[] = [];
  child.stderr.on("data", (text: Buffer) => complaints.push(text.toString()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`Spark ended:\n${complaints.join("")}`);
    return JSON.parse(value);
  };
  const { version } = (await next()) as { version: string };
  return {
    version,
    async read(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const answer = (await next()) as SparkRows | { readonly error: string };
      if ("error" in answer) throw new Error(answer.error);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.stdin.end();
      await ended;
    },
  };
}
