import type { z } from "zod";
import type { ColumnBatch, Field, Value } from "../types/index.ts";
import type { RunVault } from "./keys/sealed-keys.ts";
import type { OnFail } from "./on-fail.ts";
import type { OwnRules } from "./own-rule.ts";
import type { RowMask } from "./row-mask.ts";
import type { RuleTally } from "./rule-tally.ts";

/** A failing row, or a failing group of rows, for people. Values are cut short. */
export interface Sample {
  /** Counted from 0 over all batches observed; of a group, undefined. */
  readonly row?: number;
  readonly value: string;
}

/** What a rule found out. */
export interface Measurement {
  readonly passed: boolean;
  readonly expected: string;
  readonly measured: string;
  /** Rows that fail; null for rules that are not about rows. */
  readonly rowsFailing: number | null;
  /** A few of the failing rows, in the order met. */
  readonly samples: readonly Sample[];
  /** Why own code could not answer; absent where it could. */
  readonly broken?: string;
}

export interface RuleContext {
  /** The fields of every batch, in order. */
  readonly fields: readonly Field[];
  readonly nowMs: number;
  /** What this rule alone may hold in memory. */
  readonly memoryBudgetBytes: number;
  /** Where a rule that outgrows its budget spills. */
  readonly spillDirectory: string;
  /** Of the rows before, by an observer of the same rule. */
  readonly before?: { readonly tally: RuleTally; readonly vault: Pick<RunVault, "open"> } | undefined;
}

/** One evaluation of one rule. Batches come one after the other, then `finish` or `tally`, once. */
export interface RuleObserver {
  /** Row rules give the rows that fail; others give nothing. */
  observe(batch: ColumnBatch): Promise<RowMask | undefined>;
  finish(): Promise<Measurement>;
  /** In place of `finish`: what another observer goes on from. */
  tally(vault: Pick<RunVault, "seal">): Promise<RuleTally>;
  /** Gives back memory and files; also after a failure. */
  close(): Promise<void>;
}

/** What is known of rows that landed before, without reading them. */
export interface TableFacts {
  /** Undefined when it is not known, or when the rows are not those that the rule is about. */
  readonly rowCount: number | undefined;
  /** The largest value, or a bound just above it; null when there is no value at all, undefined when it is not known. */
  readonly largest: (column: string) => Value | undefined;
}

/** What the rest of the code knows of a rule. */
export interface BoundRule {
  /** A row rule can say which rows fail, so it may quarantine. */
  readonly scope: "row" | "batch";
  readonly onFail: OnFail;
  /** For people: `ORIGIN is complete`. */
  readonly description: string;
  readonly columns: readonly string[];
  /** Why the rule does not go with these fields, or undefined. */
  mismatch(fields: readonly Field[]): string | undefined;
  /** The caller has made sure that nothing mismatches. */
  open(context: RuleContext): RuleObserver;
  /** The verdict on a table that nothing came to; undefined when its facts do not say. Absent where they never do. */
  judge?(facts: TableFacts, context: Pick<RuleContext, "fields" | "nowMs">): Measurement | undefined;
}

/** A kind of rule: its schema, and what can be done with a rule of it. Each is one file and one line in `rule.ts`. */
export interface RuleKind<S extends RuleSchema> {
  readonly schema: S;
  readonly kind: string;
  bind(rule: unknown, own: OwnRules): BoundRule;
}

type RuleSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>;

export function ruleKind<S extends RuleSchema>(
  schema: S,
  bind: (rule: z.output<S>, own: OwnRules) => BoundRule,
): RuleKind<S> {
  return { schema, kind: schema.shape.kind.value, bind: (rule, own) => bind(schema.parse(rule), own) };
}

/** The position of a column among the fields; the rule's `mismatch` has made sure that it is there. */
export function fieldOf(fields: readonly Field[], column: string): { readonly index: number; readonly field: Field } {
  const index = fields.findIndex(({ name }) => name === column);
  const field = fields[index];
  if (!field)
    throw new RangeError(`no column ${JSON.stringify(column)} among ${fields.map(({ name }) => name).join(", ")}`);
  return { index, field };
}

/** The columns that are not among the fields, in words; undefined when all are. */
export function missingColumns(fields: readonly Field[], columns: readonly string[]): string | undefined {
  const missing = columns.filter((column) => !fields.some(({ name }) => name === column));
  if (missing.length === 0) return undefined;
  return `there is no column ${missing.map((column) => JSON.stringify(column)).join(", ")}`;
}
