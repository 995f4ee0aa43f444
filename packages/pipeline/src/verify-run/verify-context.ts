import type { Pipeline } from "@snowmelt/core/definition";
import { silentLogger, systemClock, systemRandom } from "@snowmelt/core/ports";
import { openFileStore } from "@snowmelt/lake/store";
import { openSnowflake } from "@snowmelt/snowflake";
import { openLake } from "../lake/open-lake.ts";
import { resolveRun } from "../plan/resolve-run.ts";
import type { RecordedRunOptions } from "../run/record-run.ts";
import type { RunContext } from "../run/run-context.ts";
import { snowmeltVersion } from "../snowmelt-version.ts";
import { worstVerdict } from "./verdict.ts";
import type { TableVerification, Verification } from "./verification.ts";

/** Where to verify and how thoroughly. */
export interface VerifyOptions
  extends Pick<
    RecordedRunOptions,
    | "environment"
    | "secrets"
    | "connection"
    | "runsRoot"
    | "baseDirectory"
    | "lake"
    | "signal"
    | "clock"
    | "random"
    | "logger"
  > {
  /** @default every dataset */
  readonly datasets?: readonly string[] | undefined;
  /** Reads every byte of the files, and asks the source for all it can tell. @default false */
  readonly deep?: boolean | undefined;
  /** Told as files are read. */
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

export interface VerifyProgress {
  readonly dataset: string;
  readonly files: number;
  readonly ofFiles: number;
  readonly bytes: number;
}

/** What verifying one dataset after another shares. */
export interface VerifyContext
  extends Pick<
    RunContext,
    | "definition"
    | "environmentName"
    | "environment"
    | "stateObjects"
    | "session"
    | "lake"
    | "catalog"
    | "clock"
    | "random"
    | "signal"
  > {
  readonly deep: boolean;
  /** Folder of the run records. */
  readonly runsRoot: string;
  readonly onProgress: ((progress: VerifyProgress) => void) | undefined;
}

/** Connects, lets `work` look at each dataset, and puts together what it found. Nothing is written anywhere. */
export async function openVerification(
  definition: Pipeline,
  options: VerifyOptions,
  {
    runId,
    work,
  }: {
    readonly runId: string | null;
    readonly work: (context: VerifyContext, datasets: readonly string[]) => Promise<TableVerification[]>;
  },
): Promise<Verification> {
  const { clock = systemClock, random = systemRandom, signal = new AbortController().signal, secrets } = options;
  const { environment, snowflake, lakeRoot, datasets, runsRoot, stateRoot } = resolveRun(definition, options);
  const startedAt = new Date(clock.nowMs()).toISOString();
  const logger = options.logger ?? silentLogger;
  await using session = await openSnowflake(snowflake, { secrets, clock, random, signal, logger });
  await using lake = await openLake(lakeRoot, environment.lake, options.lake);
  const deep = options.deep ?? false;
  const context: VerifyContext = {
    definition,
    environmentName: options.environment,
    environment,
    stateObjects: openFileStore(stateRoot),
    session,
    lake: lake.store,
    catalog: lake.catalog,
    clock,
    random,
    signal,
    deep,
    runsRoot,
    onProgress: options.onProgress,
  };
  const tables = await work(context, datasets);
  const verdict = worstVerdict(tables.map((table) => table.verdict));
  return {
    verificationVersion: 1,
    pipeline: definition.name,
    environment: options.environment,
    lake: lake.store.uri,
    runId,
    deep,
    snowmeltVersion,
    startedAt,
    finishedAt: new Date(clock.nowMs()).toISOString(),
    verdict,
    passed: verdict === "agrees",
    tables,
  };
}
