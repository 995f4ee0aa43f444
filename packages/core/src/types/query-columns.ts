import { parseSnowflakeColumnType, snowflakeTypeText } from "./snowflake-type.ts";
import type { SourceColumn } from "./source-table.ts";

/**
 * A query's columns as the server described them, with the committed word for what a description does not tell: how long text
 * and binary may be, and whether NULL may come. A NULL that comes nevertheless is refused as the rows are decoded. Pure.
 */
export function queryColumns(
  committed: readonly SourceColumn[],
  described: readonly SourceColumn[],
): readonly SourceColumn[] {
  const known = new Map(committed);
  return described.map(([name, text]): SourceColumn => {
    const committedText = known.get(name);
    if (committedText === undefined) return [name, text];
    const { type, nullable } = parseSnowflakeColumnType(committedText);
    const told = parseSnowflakeColumnType(text).type;
    const lengthIsUntold = (type.kind === "text" || type.kind === "binary") && type.kind === told.kind;
    return [name, `${snowflakeTypeText(lengthIsUntold ? type : told)}${nullable ? "" : " NOT NULL"}`];
  });
}
