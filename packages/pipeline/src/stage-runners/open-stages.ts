import type { Pipeline, SnowflakeConnection } from "@snowmelt/core/definition";
import type { Clock, Logger, Metrics, ObjectStore, Random, Secrets } from "@snowmelt/core/ports";
import type { OwnRules } from "@snowmelt/core/quality";
import { openSnowflake } from "@snowmelt/snowflake";
import type { StageCall } from "../engine/index.ts";
import { type LakeAccess, openLake } from "../lake/open-lake.ts";
import { resolveRun } from "../plan/resolve-run.ts";
import { rememberSecrets } from "../record/redactor.ts";
import { RunEvent } from "../run-event.ts";
import { readDefinition } from "../state/definitions.ts";
import { openStateStore } from "../state/state-store.ts";
import { lazySession } from "./lazy-session.ts";
import type { OpenStage } from "./stage-task.ts";

export interface OpenStagesOptions {
  /** State of the datasets, definitions, receipts, and what stages leave for one another. */
  readonly stateObjects: ObjectStore;
  /** Resolves the definition's secret references. */
  readonly secrets: Secrets;
  /** The code of quality rules that are the user's own. @default none: rows that such a rule looks at fail to land */
  readonly ownRules?: OwnRules | undefined;
  /** For what does not fit in memory; it has to be there. */
  readonly spillDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Takes the place of parts of the environment's connection, such as the port of a local server. */
  readonly connection?: Partial<SnowflakeConnection> | undefined;
  /** How the lake is reached, where that is not as the environment's AWS settings say. */
  readonly lake?: LakeAccess | undefined;
  /** What a relative lake root is relative to. @default the working directory */
  readonly baseDirectory?: string | undefined;
  /** What stages tell on their way, with every secret struck out. @default nobody listens */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/**
 * Opens what a call of a stage works with: the definition that its run began with, the lake of its environment, and a session
 * that logs in when it is needed. Closing it closes those.
 */
export function openStages(options: OpenStagesOptions): OpenStage {
  const definitions = new Map<string, Promise<Pipeline>>();
  const definitionOf = ({ definitionHash: hash, signal }: StageCall): Promise<Pipeline> => {
    const known = definitions.get(hash);
    if (known) return known;
    const read = readDefinition(options.stateObjects, hash, { signal });
    definitions.set(hash, read);
    read.catch(() => definitions.delete(hash));
    return read;
  };
  return async (call) => {
    const { stateObjects, ownRules = {}, spillDirectory, clock, random, logger, metrics, onEvent } = options;
    const { runId, definitionHash, environment: environmentName, signal } = call;
    const definition = await definitionOf(call);
    const { environment, snowflake, lakeRoot } = resolveRun(definition, { ...options, environment: environmentName });
    const { secrets, redactor } = rememberSecrets(options.secrets);
    const lake = await openLake(lakeRoot, environment.lake, options.lake);
    const session = lazySession(() => openSnowflake(snowflake, { secrets, clock, random, logger, signal }));
    return {
      context: {
        runId,
        definition,
        definitionHash,
        environmentName,
        environment,
        session,
        lake: lake.store,
        catalog: lake.catalog,
        state: openStateStore(stateObjects),
        stateObjects,
        ownRules,
        spillDirectory,
        clock,
        random,
        logger,
        metrics,
        signal,
        emit: (event) => onEvent?.(redactor.redactIn<RunEvent>(RunEvent, { ...event, runId, atMs: clock.nowMs() })),
      },
      redact: redactor.redact,
      async [Symbol.asyncDispose]() {
        await session.close();
        await lake[Symbol.asyncDispose]();
      },
    };
  };
}
