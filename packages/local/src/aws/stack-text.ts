import type { ConnectionFacts } from "../server/connection-facts.ts";
import type { LocalLake } from "./local-lake.ts";

/** Everything one needs to know of a local Snowflake and a local AWS that run together. */
export interface StackFacts {
  readonly snowflake: ConnectionFacts;
  readonly aws: {
    readonly endpoint: string;
    /** Where SageMaker and Lake Formation are, if they run. */
    readonly motoEndpoint?: string;
    readonly region: string;
    readonly accountId: string;
    /** The lake's bucket, which is there. */
    readonly bucket: string;
  };
  /** Lakes that have what they need, if any were named. */
  readonly lakes?: readonly LocalLake[];
  /** What to run a program with so that it finds both. */
  readonly env: Readonly<Record<string, string>>;
}

/** The connection to the local Snowflake as variables, as Snowflake's own command line reads them. */
export function toSnowflakeEnvironment(facts: ConnectionFacts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [`SNOWFLAKE_${name.toUpperCase()}`, String(value)]),
  );
}

/** For people: where things are, and lines that a POSIX shell takes as they are. */
export function stackText({ snowflake, aws, lakes = [], env }: StackFacts): string {
  const places = [
    ["Snowflake", `${snowflake.protocol}://${snowflake.host}:${snowflake.port}`],
    ["AWS", aws.endpoint],
    ...(aws.motoEndpoint === undefined ? [] : [["SageMaker", aws.motoEndpoint]]),
    ["lake", `s3://${aws.bucket}`],
  ];
  return [
    "Local Snowflake and AWS are ready. Stop them with Ctrl-C.",
    "",
    ...places.map(([name = "", where = ""]) => `  ${name.padEnd(10)} ${where}`),
    "",
    "In another terminal:",
    "",
    ...Object.entries(env).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    "",
    ...(lakes.length === 0 ? [] : ["and there:", "", ...lakes.map(lakeText), ""]),
    "",
  ].join("\n");
}

function lakeText({ run, root, databases, stage }: LocalLake): string {
  const by = stage === undefined ? "" : `, unloaded by ${stage.database}.${stage.schema}.${stage.name}`;
  const found = databases.length === 0 ? "" : `, found in Glue's ${databases.join(", ")}`;
  return `${run}  # into ${root}${by}${found}`;
}

function shellWord(value: string): string {
  return /^[\w./:@%+,-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
