import { toQuarantinePath, toTablePath } from "../../lake-layout/index.ts";
import type { Pipeline } from "../pipeline.ts";
import { type Problem, pathText } from "../problem.ts";

/**
 * A crawler of a folder with our tables would register the files of every version of them, as tables of its own making, in
 * the place of ours.
 */
export function checkDiscover({ discover = [], platform, datasets }: Pipeline): Problem[] {
  const tables = Object.entries(platform.environments).flatMap(([environment, { lake }]) =>
    Object.entries(datasets).flatMap(([dataset, { zone }]) =>
      [toTablePath(zone, dataset), toQuarantinePath(dataset)].map((path) => ({
        environment,
        dataset,
        folder: `${lake.root.replace(/\/+$/, "")}/${path}/`,
      })),
    ),
  );
  return discover.flatMap(({ name, paths }, index) => {
    const repeated = discover.findIndex((other) => other.name === name) !== index;
    const inTheWay = paths.flatMap((path, at) => {
      const table = tables.find(({ folder }) => folder.startsWith(path) || path.startsWith(folder));
      return table === undefined
        ? []
        : [
            problem(
              [index, "paths", at],
              `${path} meets the folder ${table.folder} of dataset ${table.dataset} in environment ${table.environment}; a crawler is for data that others wrote`,
            ),
          ];
    });
    return [
      ...(repeated ? [problem([index, "name"], `the crawler ${JSON.stringify(name)} is named already`)] : []),
      ...inTheWay,
    ];
  });
}

const problem = (path: readonly PropertyKey[], message: string): Problem => ({
  path: pathText(["discover", ...path]),
  message,
});
