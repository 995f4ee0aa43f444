import { definitionInvalid } from "../parse-with.ts";
import type { Pipeline } from "../pipeline.ts";
import type { Problem } from "../problem.ts";

/**
 * What pipelines of one platform ask of each other: names of their own, and datasets of their own, for a table is
 * `<zone>/<dataset>` whichever pipeline it is of. Names are compared ignoring case. Throws DEFINITION_INVALID.
 */
export function checkPipelines(pipelines: readonly Pipeline[]): void {
  const names = pipelines.map(({ name }) => ({ name, of: `pipeline ${name}` }));
  const datasets = pipelines.flatMap((pipeline) =>
    Object.keys(pipeline.datasets).map((name) => ({ name, of: `pipeline ${pipeline.name}` })),
  );
  const problems = [...repeated("pipeline", names), ...repeated("dataset", datasets)];
  if (problems.length > 0) throw definitionInvalid("The platform", problems);
}

function repeated(noun: string, named: readonly { readonly name: string; readonly of: string }[]): Problem[] {
  return [...Map.groupBy(named, ({ name }) => name.toLowerCase()).values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      path: "",
      message: `the ${noun} name ${group[0]?.name} is used ${group.length} times: ${group.map(({ name, of }) => (noun === "dataset" ? `${name} in ${of}` : name)).join(", ")}`,
    }));
}
