import { type SnowflakeType, snowflakeTypeText } from "../../types/index.ts";
import type { Dataset } from "../dataset.ts";
import type { DatasetProblem, SourceTypes } from "./dataset-problem.ts";
import { unknownName } from "./unknown-name.ts";

const comparable: readonly SnowflakeType["kind"][] = [
  "number",
  "text",
  "boolean",
  "date",
  "time",
  "timestamp_ntz",
  "timestamp_ltz",
  "timestamp_tz",
  "binary",
];

/** A key's columns exist, differ, and can be compared exactly once landed. Whether they are NULL is seen by the run. */
export function checkKey({ key = [], columns }: Dataset, types: SourceTypes): DatasetProblem[] {
  return key.flatMap((name, index) => {
    const path = ["key", index];
    const type = types.get(name);
    if (type === undefined) return [{ path, message: unknownName("column", name, [...types.keys()]) }];
    if (key.indexOf(name) !== index) return [{ path, message: `the column ${JSON.stringify(name)} is there twice` }];
    if (!comparable.includes(type.kind)) {
      return [{ path, message: `${name} is ${snowflakeTypeText(type)}, which cannot tell rows apart exactly` }];
    }
    const override = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (override?.kind === "timestamp" && (override.nanos ?? "fail") !== "fail") {
      const message = `${name} lands without its nanoseconds (nanos: ${JSON.stringify(override.nanos)}), so two keys could become one; land it as text()`;
      return [{ path, message }];
    }
    return [];
  });
}
