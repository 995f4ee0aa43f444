import type { z } from "zod";
import { customShape } from "../quality/index.ts";
import { strict } from "./strict.ts";

export const Custom = strict(customShape);
/** Own code, by its name. */
export type Custom = z.output<typeof Custom>;

/**
 * Own code by its name: a quality rule, a stage, a channel. A definition is plain data, so the code itself is given where the pipeline
 * runs, by `openRuntime({ extensions })`; a name that is not there fails at plan. `more` is what the place asks for beside it, such as
 * the `columns` of a rule.
 */
export const custom = <const M extends Readonly<Record<string, unknown>> = Record<never, never>>(
  name: string,
  options: z.input<typeof Custom>["options"] = {},
  more?: M,
) => ({ ...(more as M), kind: "custom", name, options }) as const;
