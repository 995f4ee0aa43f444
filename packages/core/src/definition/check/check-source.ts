import { isSnowmeltError } from "../../errors/index.ts";
import { parseSnowflakeColumnType } from "../../types/index.ts";
import { type Source, sourceColumns } from "../source.ts";
import type { DatasetProblem } from "./dataset-problem.ts";

/** Each column has one name, and a type that is one. */
export function checkSource(source: Source): DatasetProblem[] {
  const columns = source.kind === "table" ? ["source", "table", "columns"] : ["source", "columns"];
  const names = sourceColumns(source).map(([name]) => name);
  return [
    ...names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [{ path: [...columns, index], message: `the column ${JSON.stringify(name)} is there twice` }],
    ),
    ...sourceColumns(source).flatMap(([name, text], index) => {
      const problem = typeProblem(text);
      return problem === undefined ? [] : [{ path: [...columns, index], message: `column ${name}: ${problem}` }];
    }),
    ...(source.kind === "query" && /;\s*$/.test(source.sql)
      ? [{ path: ["source", "sql"], message: "expected one SELECT without a semicolon at its end" }]
      : []),
  ];
}

function typeProblem(text: string): string | undefined {
  try {
    parseSnowflakeColumnType(text);
    return undefined;
  } catch (error) {
    if (isSnowmeltError(error, "TYPE_UNSUPPORTED")) return error.message;
    throw error;
  }
}
