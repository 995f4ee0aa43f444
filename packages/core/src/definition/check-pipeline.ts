import type { Pipeline } from "./pipeline.ts";
import type { Problem } from "./problem.ts";

/** What no single block can see: names that must exist elsewhere, or must differ. */
export function checkPipeline(_pipeline: Pipeline): Problem[] {
  return [];
}
