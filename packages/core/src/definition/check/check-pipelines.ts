import { definitionInvalid } from "../parse-with.ts";
import type { Pipeline } from "../pipeline.ts";
import type { Problem } from "../problem.ts";
import { unknownName } from "./unknown-name.ts";

/**
 * What pipelines of one platform ask of each other: names of their own, and datasets of their own, for a table is
 * `<zone>/<dataset>` whichever pipeline it is of; and that each comes after pipelines that there are, never in a circle. Takes all of
 * them. Names are compared ignoring case. Throws DEFINITION_INVALID.
 */
export function checkPipelines(pipelines: readonly Pipeline[]): void {
  const names = pipelines.map(({ name }) => ({ name, of: `pipeline ${name}` }));
  const datasets = pipelines.flatMap((pipeline) =>
    Object.keys({ ...pipeline.datasets, ...pipeline.transforms }).map((name) => ({
      name,
      of: `pipeline ${pipeline.name}`,
    })),
  );
  const problems = [
    ...repeated("pipeline", names),
    ...repeated("dataset", datasets),
    ...unknownUpstream(pipelines),
    ...circles(pipelines),
  ];
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

function unknownUpstream(pipelines: readonly Pipeline[]): Problem[] {
  const known = pipelines.map(({ name }) => name);
  return pipelines.flatMap(({ name, schedule = [] }) =>
    schedule.flatMap((each, index) =>
      each.kind !== "after" || known.includes(each.pipeline)
        ? []
        : [
            {
              path: `pipeline ${name}: schedule[${index}].pipeline`,
              message: unknownName("pipeline", each.pipeline, known),
            },
          ],
    ),
  );
}

/** Each circle once, told from its first pipeline on. */
function circles(pipelines: readonly Pipeline[]): Problem[] {
  const upstream = new Map(
    pipelines.map(({ name, schedule = [] }) => [
      name,
      schedule.flatMap((each) => (each.kind === "after" && each.pipeline !== name ? [each.pipeline] : [])),
    ]),
  );
  const done = new Set<string>();
  const found: Problem[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    const at = path.indexOf(name);
    if (at >= 0) {
      const names = path.slice(at).join(", ");
      const message = `the pipelines ${names} come after each other in a circle: each run would trigger the next for ever`;
      found.push({ path: "", message });
      return;
    }
    if (done.has(name)) return;
    for (const next of upstream.get(name) ?? []) visit(next, [...path, name]);
    done.add(name);
  };
  for (const name of upstream.keys()) visit(name, []);
  return found;
}
