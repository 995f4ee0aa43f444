import type { z } from "zod";
import { PositiveDuration } from "./positive-duration.ts";
import { strict } from "./strict.ts";

export const Sla = strict({
  /** How old what is in the lake may be: since the last run that landed all. Looked at by the clock, whether anything runs or not. */
  freshness: PositiveDuration,
  /** How long a run may take before somebody is told. It goes on. */
  duration: PositiveDuration.exactOptional(),
});
/** What is promised of a pipeline, in normal form. */
export type Sla = z.output<typeof Sla>;
