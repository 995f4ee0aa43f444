import { isSnowmeltError } from "../../errors/index.ts";
import { planLanding, snowflakeTypeText } from "../../types/index.ts";
import type { Dataset } from "../dataset.ts";
import type { DatasetProblem, SourceTypes } from "./dataset-problem.ts";
import { unknownName } from "./unknown-name.ts";

/** Every override names a column and goes with its type. */
export function checkColumns({ columns, land }: Dataset, types: SourceTypes): DatasetProblem[] {
  return Object.entries(columns).flatMap(([name, override]) => {
    const type = types.get(name);
    if (type === undefined) {
      return [{ path: ["columns", name], message: unknownName("column", name, [...types.keys()]) }];
    }
    try {
      planLanding([[name, snowflakeTypeText(type)]], { [name]: override }, land.kind);
      return [];
    } catch (error) {
      if (isSnowmeltError(error, "TYPE_UNSUPPORTED")) return [{ path: ["columns", name], message: error.message }];
      throw error;
    }
  });
}
