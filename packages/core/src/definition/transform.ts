import { z } from "zod";
import { customShape } from "../quality/index.ts";
import { strict } from "./strict.ts";

const CustomTransform = strict({
  ...customShape,
  /** The datasets that have to have landed before. */
  after: z.array(z.string()).min(1, { error: "expected at least one dataset that it comes after" }).readonly(),
});

export const Transform = z.discriminatedUnion("kind", [CustomTransform], {
  error: 'expected custom("name", options, { after: ["dataset"] })',
});
/** What is made of datasets once they have landed, in normal form. */
export type Transform = z.output<typeof Transform>;
