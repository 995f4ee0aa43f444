import { z } from "zod";
import { Pipeline } from "./pipeline.ts";

/**
 * The JSON Schema (2020-12) of a definition as it is written; a normal form satisfies it too. What spans several blocks
 * (columns that must exist, a cursor's type) is beyond it: `parseDefinition` checks that.
 */
export function definitionJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(Pipeline, {
    io: "input",
    target: "draft-2020-12",
    override: ({ jsonSchema }) => {
      // zod says so of every .readonly(), which here only is about the parsed value.
      delete jsonSchema.readOnly;
    },
  });
  return { ...schema, title: "Snowmelt pipeline definition, apiVersion 1" };
}
