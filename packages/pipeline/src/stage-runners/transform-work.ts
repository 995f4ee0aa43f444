import { TaskWork } from "@snowmelt/core/engine";
import { coreError } from "@snowmelt/core/errors";
import { z } from "zod";
import type { ObserveCommand, StageCall, StartCommand, StopCommand } from "../engine/index.ts";
import type { LandedPlace, StageExtension, StageWork } from "../extensions/stage-extension.ts";
import { pipelineError } from "../pipeline-error.ts";
import { tablePath } from "../plan/dataset-place.ts";
import type { OpenedStage } from "./stage-task.ts";

type Command = StartCommand | ObserveCommand | StopCommand;
type TransformWork = Extract<TaskWork, { readonly kind: "transform" }>;

/** The transform that a command is about; undefined where it is about a dataset. */
export function transformOf({ work }: Command): TransformWork | undefined {
  const parsed = TaskWork.safeParse(work);
  return parsed.success && parsed.data.kind === "transform" ? parsed.data : undefined;
}

/** As {@link transformOf}; PLAN_REFUSED for work of another kind. */
export function transformWork(command: Command): TransformWork {
  const work = transformOf(command);
  if (work) return work;
  throw pipelineError("PLAN_REFUSED", `${command.stage} of ${command.task} is not about a transform.`);
}

/** The code of a stage, and its options as it takes them. EXTENSION_UNKNOWN, EXTENSION_INVALID. */
export function stageOf(
  { transform, extension, options }: TransformWork,
  stages: Readonly<Record<string, StageExtension>>,
): { readonly stage: StageExtension; readonly options: unknown } {
  const stage = Object.hasOwn(stages, extension) ? stages[extension] : undefined;
  if (!stage) {
    throw coreError(
      "EXTENSION_UNKNOWN",
      `No code was given for the stage custom(${JSON.stringify(extension)}) of ${transform}; there is some for: ${Object.keys(stages).join(", ") || "none"}. Give it to openRuntime({ extensions }), or deploy the functions with it.`,
    );
  }
  const parsed = stage.options.safeParse(options);
  if (parsed.success) return { stage, options: parsed.data };
  throw coreError(
    "EXTENSION_INVALID",
    `The stage custom(${JSON.stringify(extension)}) of ${transform} does not take its options: ${z.prettifyError(parsed.error)}`,
  );
}

/** What own code is told of a call. */
export function stageWork(
  { context }: Pick<OpenedStage, "context">,
  { command, call, transform, options }: CallOfStage,
): StageWork<unknown> {
  const { definition, lake, clock, logger } = context;
  const { runId, pipeline, environment, deadlineAtMs, signal } = call;
  const about = { key: command.key, runId, pipeline, environment, transform };
  const { after = [] } = definition.transforms?.[transform] ?? {};
  const tables: Record<string, LandedPlace> = {};
  for (const name of after) {
    const dataset = definition.datasets[name];
    if (!dataset) continue;
    const path = tablePath(name, dataset);
    tables[name] = { path, uri: `${lake.uri}/${path}`, land: dataset.land.kind };
  }
  return { ...about, options, tables, lake, clock, logger: logger.child({ transform }), deadlineAtMs, signal };
}

interface CallOfStage {
  readonly command: Command;
  readonly call: StageCall;
  readonly transform: string;
  readonly options: unknown;
}
