import type { LandedColumn, SnowflakeType, Value } from "@snowmelt/core/types";
import { valueAt } from "@snowmelt/core/types";
import { cellExpression } from "./cell-expression.ts";
import { type CursorWindow, windowCondition } from "./cursor-window.ts";
import { decodeCells } from "./decode/open-decoder.ts";
import type { TextRow } from "./driver.ts";
import { type ExtractSource, fromClause, sourceAlias } from "./extract-source.ts";
import { quoteIdentifier } from "./quote.ts";
import { snowflakeError } from "./snowflake-error.ts";

/** How much the source is asked: `rows` counts rows; `counts` values too; `full` adds sums, least and greatest, lengths. */
export type ProfileLevel = "rows" | "counts" | "full";

export interface PlanProfileInput {
  readonly source: ExtractSource;
  readonly landed: readonly LandedColumn[];
  readonly level: ProfileLevel;
  readonly window?: CursorWindow | undefined;
  readonly atMicros?: bigint | undefined;
}

/** One number asked of a column. */
export type Aggregate = "count" | "sum" | "min" | "max" | "length";

export interface ProfilePlan {
  readonly sql: string;
  /** What each result column after the first (the row count) is. */
  readonly aggregates: readonly { readonly column: LandedColumn; readonly aggregate: Aggregate }[];
}

/** What the source says of one landed column. Absent: not asked, or not exact for the type. */
export interface ColumnProfile {
  readonly field: string;
  /** Rows with a value. */
  readonly valueCount: bigint;
  /** Exact, as digits; NUMBER only. NULL when no row has a value. */
  readonly sum?: string | null;
  /** In the landed type's own units, as `valueAt` gives them; numbers, dates, times, booleans. */
  readonly min?: Value;
  readonly max?: Value;
  /** Characters of text, or bytes of binary, in all. */
  readonly length?: bigint | null;
}

export interface SourceProfile {
  readonly rowCount: bigint;
  readonly columns: readonly ColumnProfile[];
}

/** The statement that profiles a source as it will be extracted: same rows, same moment. Pure. */
export function planSourceProfile({ source, landed, level, window, atMicros }: PlanProfileInput): ProfilePlan {
  const columns = level === "rows" ? [] : landed.filter(isProfiled);
  const aggregates = columns.flatMap((column) =>
    aggregatesOf(column, level).map((aggregate) => ({ column, aggregate })),
  );
  const sql = [
    `SELECT\n${["TO_VARCHAR(COUNT(*))", ...aggregates.map(render)].map((text, index) => `  ${text} AS "A${index}"`).join(",\n")}`,
    fromClause(source, atMicros),
    ...(window === undefined ? [] : [`WHERE ${windowCondition(window)}`]),
  ].join("\n");
  return { sql, aggregates };
}

/** The answer of {@link planSourceProfile}. */
export function parseSourceProfile(rows: readonly TextRow[], { aggregates }: ProfilePlan): SourceProfile {
  const [row] = rows;
  const count = row?.[0];
  if (rows.length !== 1 || !row || !count) {
    throw snowflakeError("RESULT_MISMATCH", `Expected one row of aggregates, got ${rows.length}.`);
  }
  const columns = new Map<string, ColumnProfile>();
  for (const [index, { column, aggregate }] of aggregates.entries()) {
    const { name } = column.field;
    const text = row[index + 1] ?? null;
    const known = columns.get(name) ?? { field: name, valueCount: 0n };
    columns.set(name, { ...known, ...readAggregate(column, aggregate, text) });
  }
  return { rowCount: BigInt(count), columns: [...columns.values()] };
}

/** Whether a landed column has numbers of its own at the source: parts of a timestamp have none. */
export const isProfiled = ({ part }: LandedColumn): boolean => part.kind !== "nanos" && part.kind !== "offsetMinutes";

/** What is asked of a column, by its type and level. Pure. */
export function aggregatesOf({ sourceType, part }: LandedColumn, level: ProfileLevel): Aggregate[] {
  if (level !== "full") return ["count"];
  if (part.kind === "text" || sourceType.kind === "text") return ["count", "length"];
  switch (sourceType.kind) {
    case "number":
      return ["count", "sum", "min", "max"];
    case "binary":
      return ["count", "length"];
    case "float":
    case "boolean":
    case "decfloat":
    case "date":
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return ["count", "min", "max"];
    default:
      return ["count", "length"];
  }
}

function render({ column: { source, sourceType }, aggregate }: ProfilePlan["aggregates"][number]): string {
  const column = `${sourceAlias}.${quoteIdentifier(source)}`;
  switch (aggregate) {
    case "count":
      return `TO_VARCHAR(COUNT(${column}))`;
    case "sum":
      return `TO_VARCHAR(SUM(${column}))`;
    case "min":
      return extreme("MIN", column, sourceType);
    case "max":
      return extreme("MAX", column, sourceType);
    case "length":
      return `TO_VARCHAR(SUM(LENGTH(${sourceType.kind === "binary" ? column : cellExpression(column, sourceType)})))`;
    default:
      return aggregate satisfies never;
  }
}

/** MIN and MAX do not take BOOLEAN. */
const extreme = (name: "MIN" | "MAX", column: string, type: SnowflakeType): string =>
  type.kind === "boolean"
    ? `TO_VARCHAR(${name === "MIN" ? "BOOLAND_AGG" : "BOOLOR_AGG"}(${column}))`
    : cellExpression(`${name}(${column})`, type);

function readAggregate(column: LandedColumn, aggregate: Aggregate, text: string | null): Partial<ColumnProfile> {
  switch (aggregate) {
    case "count":
      return { valueCount: BigInt(text ?? "0") };
    case "sum":
      return { sum: text };
    case "length":
      return { length: text === null ? null : BigInt(text) };
    case "min":
      return { min: landedValue(column, text) };
    case "max":
      return { max: landedValue(column, text) };
    default:
      return aggregate satisfies never;
  }
}

/** The aggregate's text as the decoder lands it. The policy of finer digits is the rows' to enforce, not an aggregate's. */
function landedValue({ field, source, sourceType, part }: LandedColumn, text: string | null): Value {
  const lenient = part.kind === "micros" ? ({ kind: "micros", nanos: "truncate", offset: "truncate" } as const) : part;
  const nullable = { ...field, nullable: true };
  const cell = { source, type: sourceType, outputs: [{ field: 0, part: lenient }] };
  const [vector] = decodeCells([[text]], { fields: [nullable], cells: [cell] }).columns;
  return vector ? valueAt(field.type, vector, 0) : null;
}
