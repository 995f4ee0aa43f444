import type { Pipeline } from "../pipeline.ts";
import { type Problem, pathText } from "../problem.ts";
import { unknownName } from "./unknown-name.ts";

/** A transform is a task of the run as a dataset is: the two share their names. */
export function checkTransforms({ transforms = {}, datasets }: Pipeline): Problem[] {
  const known = Object.keys(datasets);
  return Object.entries(transforms).flatMap(([name, { after }]) => {
    const taken = known.find((dataset) => dataset.toLowerCase() === name.toLowerCase());
    const twice = Object.keys(transforms).find((other) => other.toLowerCase() === name.toLowerCase());
    return [
      ...(taken === undefined ? [] : [problem([name], `there is a dataset ${JSON.stringify(taken)} already`)]),
      ...(twice === undefined || twice === name
        ? []
        : [
            problem(
              [name],
              `there is a transform ${JSON.stringify(twice)} already, and names must differ by more than case`,
            ),
          ]),
      ...after.flatMap((dataset, index) => {
        if (!known.includes(dataset)) return [problem([name, "after", index], unknownName("dataset", dataset, known))];
        return after.indexOf(dataset) === index ? [] : [problem([name, "after", index], `${dataset} is named already`)];
      }),
    ];
  });
}

const problem = (path: readonly PropertyKey[], message: string): Problem => ({
  path: pathText(["transforms", ...path]),
  message,
});
