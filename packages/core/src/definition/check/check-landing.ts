import { isSnowmeltError } from "../../errors/index.ts";
import { bindRule, renameRuleColumns } from "../../quality/index.ts";
import { type Field, partitionField } from "../../types/index.ts";
import type { Dataset } from "../dataset.ts";
import { landedNames, planLandedColumns } from "../landed-schema.ts";
import { sourceColumns } from "../source.ts";
import type { DatasetProblem } from "./dataset-problem.ts";
import { unknownName } from "./unknown-name.ts";

/** The names can land, and partitions and rules go with what lands. */
export function checkLanding(dataset: Dataset): DatasetProblem[] {
  const landed = attempt(["names"], () => planLandedColumns(dataset, sourceColumns(dataset.source)));
  if ("problem" in landed) return [landed.problem];
  const fields = landed.value.columns.map(({ field }) => field);
  const nameOf = landedNames(landed.value.columns);
  const partitions = checkPartitions(dataset, fields, nameOf);
  return [
    ...partitions,
    ...(partitions.length === 0 ? checkProjection(dataset, fields, nameOf) : []),
    ...checkRules(dataset, fields, nameOf),
  ];
}

function checkPartitions(
  { source, land }: Dataset,
  fields: readonly Field[],
  nameOf: (source: string) => string,
): DatasetProblem[] {
  const names = sourceColumns(source).map(([name]) => name);
  const taken = new Map<string, number>();
  return land.partitionBy.flatMap(({ kind, column }, index) => {
    const path = ["land", "partitionBy", index];
    if (!names.includes(column)) return [{ path, message: unknownName("column", column, names) }];
    const planned = attempt(path, () => partitionField({ kind, column: nameOf(column) }, fields));
    if ("problem" in planned) return [planned.problem];
    const name = planned.value.name.toLowerCase();
    const first = taken.get(name);
    taken.set(name, first ?? index);
    return first === undefined ? [] : [{ path, message: `partitions by ${planned.value.name} as entry ${first} does` }];
  });
}

/** Athena refuses a table of which some keys are projected and others are not. */
function checkProjection(
  { land }: Dataset,
  fields: readonly Field[],
  nameOf: (source: string) => string,
): DatasetProblem[] {
  if (land.kind !== "parquet" || land.projection === undefined) return [];
  const path = ["land", "projection"];
  const keys = land.partitionBy.map(
    ({ kind, column }) => partitionField({ kind, column: nameOf(column) }, fields).name,
  );
  if (keys.length === 0)
    return [{ path, message: "there are no partitions to project; say partitionBy, or leave it out" }];
  const named = Object.keys(land.projection);
  return [
    ...named.flatMap((name) =>
      keys.includes(name) ? [] : [{ path: [...path, name], message: unknownName("partition key", name, keys) }],
    ),
    ...keys.flatMap((key) =>
      named.includes(key) ? [] : [{ path, message: `names every partition key or none, and ${key} is missing` }],
    ),
  ];
}

function checkRules(
  { source, quality }: Dataset,
  fields: readonly Field[],
  nameOf: (source: string) => string,
): DatasetProblem[] {
  const names = sourceColumns(source).map(([name]) => name);
  return quality.flatMap((rule, index) => {
    const path = ["quality", index];
    const unknown = bindRule(rule).columns.filter((column) => !names.includes(column));
    if (unknown.length > 0) {
      return unknown.map((column) => ({ path, message: unknownName("column", column, names) }));
    }
    const problem = bindRule(renameRuleColumns(rule, nameOf)).mismatch(fields);
    return problem === undefined ? [] : [{ path, message: `${bindRule(rule).description}: ${problem}` }];
  });
}

function attempt<T>(
  path: readonly PropertyKey[],
  plan: () => T,
): { readonly value: T } | { readonly problem: DatasetProblem } {
  try {
    return { value: plan() };
  } catch (error) {
    if (isSnowmeltError(error)) return { problem: { path, message: error.message } };
    throw error;
  }
}
