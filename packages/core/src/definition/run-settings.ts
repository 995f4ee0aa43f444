import { z } from "zod";
// Its file, not the engine's index: the engine plans runs from definitions, and the two would wait for each other.
import { StageName } from "../engine/stage-name.ts";
import { Duration } from "../types/index.ts";
import { own } from "./own.ts";
import { PositiveDuration } from "./positive-duration.ts";
import { strict } from "./strict.ts";

const StageSettings = strict({
  /** Tries in all. */
  attempts: z.int().min(1).max(100).exactOptional(),
  /** What the wait before the second try is drawn below; it doubles with each. */
  baseDelay: Duration.exactOptional(),
  maxDelay: Duration.exactOptional(),
  /** Of one try, or of one piece of it: then it is stopped. */
  timeout: PositiveDuration.exactOptional(),
  /** How often a stage that runs is asked for. */
  poll: PositiveDuration.exactOptional(),
  /** From the first try, or from the last progress: after it no other try begins. */
  giveUp: PositiveDuration.exactOptional(),
});

const settings = {
  /** Datasets at work at a time. */
  maxActive: z.int().min(1).max(1000).exactOptional(),
  /** A run that is paused is told of after this long, and again. */
  pauseReminder: PositiveDuration.exactOptional(),
  stages: z.partialRecord(StageName, StageSettings).exactOptional(),
};

export const RunSettings = strict(settings);
/** How runs are carried out: what differs from the defaults. */
export type RunSettings = z.output<typeof RunSettings>;

export const PipelineRunSettings = strict({
  ...settings,
  /** What differs in an environment, by its name. */
  environments: z.record(z.string(), RunSettings).exactOptional(),
});
export type PipelineRunSettings = z.output<typeof PipelineRunSettings>;

interface Runnable {
  readonly platform: { readonly environments: Readonly<Record<string, { readonly run?: RunSettings }>> };
  readonly run?: PipelineRunSettings;
}

/** What holds in an environment: its own settings, the pipeline's on top, and the pipeline's for that environment on top of both. */
export function resolveRunSettings({ platform, run = {} }: Runnable, environment: string): RunSettings {
  const { environments = {}, ...ofPipeline } = run;
  const layers = [own(platform.environments, environment)?.run, ofPipeline, own(environments, environment)];
  return layers.reduce<RunSettings>(over, {});
}

function over(base: RunSettings, top: RunSettings | undefined): RunSettings {
  if (!top) return base;
  const names = StageName.options.filter((name) => base.stages?.[name] ?? top.stages?.[name]);
  const stages = Object.fromEntries(names.map((name) => [name, { ...base.stages?.[name], ...top.stages?.[name] }]));
  return { ...base, ...top, ...(names.length > 0 ? { stages } : {}) };
}
