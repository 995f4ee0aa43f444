import { parseSnowflakeColumnType, type SnowflakeType, snowflakeTypeText } from "./snowflake-type.ts";
import type { SourceColumn } from "./source-table.ts";

/** One way in which the live schema differs from the committed one. Types are in canonical spelling. */
export type SchemaChange =
  | { readonly kind: "added"; readonly column: string; readonly type: string; readonly nullable: boolean }
  | { readonly kind: "dropped"; readonly column: string; readonly type: string }
  | {
      readonly kind: "typeChanged";
      readonly column: string;
      readonly from: string;
      readonly to: string;
      /** `widened` holds every old value exactly; `narrowed` is the reverse; `changed` is neither. */
      readonly direction: "widened" | "narrowed" | "changed";
    }
  | { readonly kind: "nullabilityChanged"; readonly column: string; readonly nullable: boolean }
  /** The columns that both have, in another order. Columns are read by name, so no value changes. */
  | { readonly kind: "reordered"; readonly from: readonly string[]; readonly to: readonly string[] };

type Columns = { readonly columns: readonly SourceColumn[] };

/** What changed between two schemas; pure. Names are compared exactly: another case is another column. */
export function compareSchemas(committed: Columns, live: Columns): SchemaChange[] {
  const before = new Map(committed.columns);
  const after = new Map(live.columns);
  const changes: SchemaChange[] = [];
  for (const [column, text] of before) {
    const liveText = after.get(column);
    if (liveText === undefined) {
      changes.push({ kind: "dropped", column, type: snowflakeTypeText(parseSnowflakeColumnType(text).type) });
    } else changes.push(...compareColumn(column, text, liveText));
  }
  for (const [column, text] of after) {
    if (before.has(column)) continue;
    const { type, nullable } = parseSnowflakeColumnType(text);
    changes.push({ kind: "added", column, type: snowflakeTypeText(type), nullable });
  }
  const from = [...before.keys()].filter((column) => after.has(column));
  const to = [...after.keys()].filter((column) => before.has(column));
  if (from.some((column, index) => column !== to[index])) changes.push({ kind: "reordered", from, to });
  return changes;
}

/** For people: `column DELAY was NUMBER(10,0), is NUMBER(12,0) (widened)`. */
export function schemaChangeText(change: SchemaChange): string {
  switch (change.kind) {
    case "added":
      return `column ${change.column} ${change.type} was added`;
    case "dropped":
      return `column ${change.column} ${change.type} was dropped`;
    case "typeChanged":
      return `column ${change.column} was ${change.from}, is ${change.to} (${change.direction})`;
    case "nullabilityChanged":
      return `column ${change.column} ${change.nullable ? "may now be NULL" : "is now NOT NULL"}`;
    case "reordered":
      return `the order was ${change.from.join(", ")}, is ${change.to.join(", ")}`;
    default:
      return change satisfies never;
  }
}

function compareColumn(column: string, committedText: string, liveText: string): SchemaChange[] {
  const before = parseSnowflakeColumnType(committedText);
  const after = parseSnowflakeColumnType(liveText);
  const from = snowflakeTypeText(before.type);
  const to = snowflakeTypeText(after.type);
  const changes: SchemaChange[] = [];
  if (from !== to) {
    const direction = holds(after.type, before.type)
      ? "widened"
      : holds(before.type, after.type)
        ? "narrowed"
        : "changed";
    changes.push({ kind: "typeChanged", column, from, to, direction });
  }
  if (before.nullable !== after.nullable) {
    changes.push({ kind: "nullabilityChanged", column, nullable: after.nullable });
  }
  return changes;
}

/** Whether every value of `narrow` is a value of `wide`, with the same meaning. */
function holds(wide: SnowflakeType, narrow: SnowflakeType): boolean {
  switch (narrow.kind) {
    case "number":
      return (
        wide.kind === "number" &&
        wide.scale >= narrow.scale &&
        wide.precision - wide.scale >= narrow.precision - narrow.scale
      );
    case "text":
    case "binary":
      return wide.kind === narrow.kind && wide.length >= narrow.length;
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return wide.kind === narrow.kind && wide.scale >= narrow.scale;
    default:
      return snowflakeTypeText(wide) === snowflakeTypeText(narrow);
  }
}
