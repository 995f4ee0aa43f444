import { z } from "zod";
import { strict } from "./strict.ts";

const expected = "expected a name of letters, digits, _, . and -, starting with a letter, of at most 63 characters";

/** What the schema of every place that takes `custom()` has of it. */
export const customShape = {
  kind: z.literal("custom"),
  /** By which `openRuntime({ extensions })` is given the code. */
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/, { error: expected }),
  /** Plain JSON, handed to the code as it is; what it may be is the code's own matter. Never a secret: it stands in the definition. */
  options: z.record(z.string(), z.json()).readonly().default({}),
};

export const Custom = strict(customShape);
/** Own code, by its name. */
export type Custom = z.output<typeof Custom>;

/**
 * Own code by its name: a channel, a stage. A definition is plain data, so the code itself is given where the pipeline runs, by
 * `openRuntime({ extensions })`; a name that is not there fails at plan. `more` is what the place asks for beside it.
 */
export const custom = <const M extends Readonly<Record<string, unknown>> = Record<never, never>>(
  name: string,
  options: z.input<typeof Custom>["options"] = {},
  more?: M,
) => ({ ...(more as M), kind: "custom", name, options }) as const;
