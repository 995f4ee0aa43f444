import type { Pipeline } from "@snowmelt/core/definition";
import { pipelineError } from "../pipeline-error.ts";

/** PLAN_REFUSED where a run of these datasets would have to carry out a transform, which is the run engine's to do: it would be left out. */
export function refuseTransforms({ name, transforms = {} }: Pipeline, datasets: readonly string[] | undefined): void {
  const due = Object.entries(transforms).filter(([, { after }]) =>
    after.every((dataset) => datasets?.includes(dataset) ?? true),
  );
  if (due.length === 0) return;
  throw pipelineError(
    "PLAN_REFUSED",
    `${due.map(([transform]) => `transforms.${transform}`).join(", ")} of the pipeline ${name} would be left out: a run of one process lands datasets, and transforms are carried out by the run engine (runToEnd, with the stage runners of openRuntime). Run the pipeline by it, or choose datasets that no transform comes after alone.`,
  );
}
