import { type Pipeline, type Platform, resolveAlerts } from "@snowmelt/core/definition";
import type { StageRunner } from "../engine/index.ts";
import { type ChannelReach, ownChannels } from "../extensions/channel-extension.ts";
import { type Extensions, type NamedExtensions, resolveChannels, resolveExtensions } from "../extensions/extensions.ts";
import type { RunManifest } from "../manifest.ts";
import { type AlertChannel, type ChannelPorts, openChannels } from "../notify/index.ts";
import { pipelineError } from "../pipeline-error.ts";
import type { PipelinePlan } from "../plan/pipeline-plan.ts";
import { type PlanOptions, planPipeline } from "../plan/plan-pipeline.ts";
import { type BackfillOptions, runBackfill } from "../run/run-backfill.ts";
import { type RunOptions, runPipeline } from "../run/run-pipeline.ts";
import {
  type OpenStagesOptions,
  openStageRunners,
  openStages,
  type PipelineStage,
  type StagePorts,
} from "../stage-runners/index.ts";

export interface RuntimeOptions {
  readonly platform: Platform;
  /** Code of the user's own that definitions name. @default none */
  readonly extensions?: Extensions | undefined;
}

/** What carries out pipelines of one platform, with their own code. */
export interface Runtime {
  /**
   * Whether a definition goes with the code that is here: PLAN_REFUSED naming each name that nobody gave, each option that its code does
   * not take, and each column that a rule cannot work on, with path and what is known. `plan`, `run` and `backfill` ask it before they
   * read or write anything; a deployment asks it before it releases a definition.
   */
  check(definition: Pipeline): void;
  plan(definition: Pipeline, options: Omit<PlanOptions, "extensions">): Promise<PipelinePlan>;
  run(definition: Pipeline, options: Omit<RunOptions, "extensions">): Promise<RunManifest>;
  backfill(definition: Pipeline, options: Omit<BackfillOptions, "extensions">): Promise<RunManifest>;
  /** The stages as the run engine calls them, in this process or in functions. */
  stageRunners(options: StageOptions): Readonly<Record<PipelineStage, StageRunner>>;
  /** The alert channels of an environment by their names. CHANNEL_UNKNOWN, EXTENSION_INVALID; sends nothing yet. */
  channels(
    environment: string,
    reach: ChannelReach & Omit<ChannelPorts, "extensions">,
  ): Readonly<Record<string, AlertChannel>>;
}

export type StageOptions = Omit<OpenStagesOptions, "ownRules"> & Omit<StagePorts, "open" | "stages">;

/**
 * Joins definitions, which are data, with the code that they name. EXTENSION_INVALID for extensions that are none, or two of one name;
 * PLAN_REFUSED for a channel of the platform that nobody gave. No I/O.
 */
export function openRuntime({ platform, extensions }: RuntimeOptions): Runtime {
  const { rules, stages, channels }: NamedExtensions = resolveChannels(platform, extensions);
  const check = (definition: Pipeline): void => {
    checkPlatform(definition, platform);
    resolveExtensions(definition, extensions);
  };
  return {
    check,
    async plan(definition, options) {
      check(definition);
      return planPipeline(definition, { ...options, extensions });
    },
    async run(definition, options) {
      check(definition);
      return runPipeline(definition, { ...options, extensions });
    },
    async backfill(definition, options) {
      check(definition);
      return runBackfill(definition, { ...options, extensions });
    },
    stageRunners: (options) =>
      openStageRunners({ ...options, open: openStages({ ...options, ownRules: rules }), stages }),
    channels: (environment, reach) =>
      openChannels(resolveAlerts({ platform }, environment).channels, {
        ...reach,
        extensions: ownChannels(channels, reach),
      }),
  };
}

function checkPlatform({ name, platform: { name: found } }: Pipeline, { name: expected }: Platform): void {
  if (found === expected) return;
  throw pipelineError(
    "PLAN_REFUSED",
    `The pipeline ${name} is of the platform ${JSON.stringify(found)}, and this runtime of ${JSON.stringify(expected)}. Open one with the platform that the pipeline names.`,
  );
}
