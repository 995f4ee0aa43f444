import type { LandedColumn } from "@snowmelt/core/types";
import { resultColumnName } from "./plan-extract.ts";
import { type Aggregate, aggregatesOf, isProfiled, type ProfileLevel, type ProfilePlan } from "./plan-profile.ts";
import { quoteIdentifier, quoteText } from "./quote.ts";

export interface ResultProfileInput {
  /** Of an extraction that has finished; its result is kept for a day. */
  readonly queryId: string;
  /** As it was planned with. */
  readonly landed: readonly LandedColumn[];
  readonly level: ProfileLevel;
}

/**
 * The statement that profiles the stored result of an extraction, for sources that cannot be read again as of its moment.
 * The result's columns are text, so what is exact of the text is asked: counts, lengths, sums of numbers, and the least and
 * greatest where the order of the text is that of the values. The answer is read by `parseSourceProfile`. Pure. Running it
 * may end with RESULT_EXPIRED; it may be repeated.
 */
export function planResultProfile({ queryId, landed, level }: ResultProfileInput): ProfilePlan {
  const sources = [...new Set(landed.map(({ source }) => source))];
  const aggregates = landed
    .filter((column) => level !== "rows" && isProfiled(column))
    .flatMap((column) =>
      aggregatesOf(column, level).flatMap((aggregate) => {
        const cell = quoteIdentifier(resultColumnName(sources.indexOf(column.source)));
        const sql = render(cell, column, aggregate);
        return sql === undefined ? [] : [{ column, aggregate, sql }];
      }),
    );
  const list = ["TO_VARCHAR(COUNT(*))", ...aggregates.map(({ sql }) => sql)];
  return {
    sql: [
      `SELECT\n${list.map((text, index) => `  ${text} AS "A${index}"`).join(",\n")}`,
      `FROM TABLE(RESULT_SCAN(${quoteText(queryId)}))`,
    ].join("\n"),
    aggregates: aggregates.map(({ column, aggregate }) => ({ column, aggregate })),
  };
}

function render(cell: string, { sourceType }: LandedColumn, aggregate: Aggregate): string | undefined {
  switch (aggregate) {
    case "count":
      return `TO_VARCHAR(COUNT(${cell}))`;
    case "length":
      // Two hexadecimal digits a byte.
      return sourceType.kind === "binary"
        ? `TO_VARCHAR(TO_NUMBER(SUM(LENGTH(${cell})) / 2, 38, 0))`
        : `TO_VARCHAR(SUM(LENGTH(${cell})))`;
    case "sum":
      return sourceType.kind === "number" ? `TO_VARCHAR(SUM(${toNumber(cell, sourceType)}))` : undefined;
    case "min":
    case "max":
      return extreme(aggregate === "min" ? "MIN" : "MAX", cell, sourceType);
    default:
      return aggregate satisfies never;
  }
}

function extreme(name: "MIN" | "MAX", cell: string, type: LandedColumn["sourceType"]): string | undefined {
  switch (type.kind) {
    case "number":
      return `TO_VARCHAR(${name}(${toNumber(cell, type)}))`;
    case "boolean":
    case "date":
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
      return `${name}(${cell})`;
    default:
      return undefined;
  }
}

const toNumber = (cell: string, { scale }: { readonly scale: number }): string => `TO_NUMBER(${cell}, 38, ${scale})`;
