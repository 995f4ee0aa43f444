import type { Pipeline } from "../pipeline.ts";
import { type Problem, pathText } from "../problem.ts";
import { checkAlerts } from "./check-alerts.ts";
import { checkDataset } from "./check-dataset.ts";
import { checkDiscover } from "./check-discover.ts";
import { checkRun } from "./check-run.ts";
import { checkSchedule } from "./check-schedule.ts";
import { checkTransforms } from "./check-transforms.ts";
import { unknownName } from "./unknown-name.ts";

/** What no single block can see: names that must exist elsewhere, or must differ. */
export function checkPipeline(pipeline: Pipeline): Problem[] {
  return [
    ...checkDatasets(pipeline),
    ...checkDiscover(pipeline),
    ...checkTransforms(pipeline),
    ...checkSchedule(pipeline),
    ...checkAlerts(pipeline),
    ...checkRun(pipeline),
  ];
}

function checkDatasets({ platform, datasets }: Pipeline): Problem[] {
  const environments = Object.keys(platform.environments);
  return Object.entries(datasets).flatMap(([name, dataset]) => {
    const unknown = Object.keys(dataset.extract.environments).filter((other) => !environments.includes(other));
    const problems = [
      ...sameButForCase(name, Object.keys(datasets)).map((message) => ({ path: [], message })),
      ...unknown.map((environment) => ({
        path: ["extract", "environments", environment],
        message: unknownName("environment", environment, environments),
      })),
      ...checkDataset(dataset),
    ];
    return problems.map(({ path, message }) => ({ path: pathText(["datasets", name, ...path]), message }));
  });
}

/** Tables are folders and catalog entries, which ignore case. */
function sameButForCase(name: string, names: readonly string[]): string[] {
  const first = names.find((other) => other.toLowerCase() === name.toLowerCase());
  return first === undefined || first === name
    ? []
    : [`there is a dataset ${JSON.stringify(first)} already, and names must differ by more than case`];
}
