import { checkPipeline } from "./check/check-pipeline.ts";
import { definitionInvalid, parseWith } from "./parse-with.ts";
import { Pipeline, type PipelineInput } from "./pipeline.ts";

/**
 * What a pipeline moves, declared once. Throws DEFINITION_INVALID naming every problem with its path. The result is the
 * normal form: plain JSON, with every default filled in.
 */
export function definePipeline(definition: PipelineInput): Pipeline {
  return parseDefinition(definition);
}

/** A definition from JSON, checked as `definePipeline` does. A normal form comes back as it is. */
export function parseDefinition(json: unknown): Pipeline {
  const what = nameOf(json);
  const pipeline = parseWith(Pipeline, json, what);
  const problems = checkPipeline(pipeline);
  if (problems.length > 0) throw definitionInvalid(what, problems);
  return pipeline;
}

function nameOf(json: unknown): string {
  const name = typeof json === "object" && json !== null && "name" in json ? json.name : undefined;
  return typeof name === "string" ? `The definition of pipeline ${JSON.stringify(name)}` : "The definition";
}
