import type { z } from "zod";
import { coreError } from "../errors/index.ts";
import type { ColumnProfile, LandType, Value } from "../types/index.ts";

type LandKind = LandType["kind"];

/** The columns that a rule works on, by its own names for them, each with the land types that it can take. */
export type RuleNeeds = Readonly<Record<string, readonly LandKind[]>>;

/** What a rule is given of a value: decimals unscaled, dates as days, times and timestamps in units since midnight or 1970. */
interface ValueOfKind {
  readonly boolean: boolean;
  readonly int32: number;
  readonly int64: bigint;
  readonly float64: number;
  readonly date: number;
  readonly string: string;
  readonly binary: Uint8Array;
  readonly decimal: bigint;
  readonly time: bigint;
  readonly timestamp: bigint;
}

/** A row, as far as the rule needs it. */
export type RowOf<N extends RuleNeeds> = { readonly [name in keyof N]: ValueOfKind[N[name][number]] | null };

/** The rows of a window all together: exact counts, sums, extremes and lengths of the columns that the rule needs. */
export interface ProfiledRows<N extends RuleNeeds> {
  readonly rowCount: number;
  readonly columns: { readonly [name in keyof N]: ColumnProfile };
}

export interface RuleCall<N extends RuleNeeds, O> {
  /** As the rule's own schema gives them. */
  readonly options: O;
  /** Of the columns as they land: the scale of a decimal, the unit of a timestamp. */
  readonly types: { readonly [name in keyof N]: LandType };
}

interface RuleBase<N extends RuleNeeds, O> {
  /** By which a definition names it. */
  readonly name: string;
  /** What the definition may say; synchronous. `z.strictObject({})` where it is nothing. */
  readonly options: z.ZodType<O>;
  /** In the order in which the definition lists its `columns`. */
  readonly needs: N;
  /** What is expected, for people. @default that it holds */
  expected?(options: O): string;
}

/** A rule about each row by itself, which may quarantine. */
export interface RowRule<N extends RuleNeeds, O> extends RuleBase<N, O> {
  readonly scope: "row";
  /** Whether the row is right. */
  check(row: RowOf<N>, call: RuleCall<N, O>): boolean;
}

/** A rule about the rows of a window all together. */
export interface TableRule<N extends RuleNeeds, O> extends RuleBase<N, O> {
  readonly scope: "table";
  /** Whether they are right, and what was found, for people. */
  check(rows: ProfiledRows<N>, call: RuleCall<N, O>): { readonly passed: boolean; readonly measured: string };
}

/** The part that every rule has, whatever it needs. */
interface AnyRule {
  readonly name: string;
  readonly options: z.ZodType;
  readonly needs: RuleNeeds;
  expected?(options: unknown): string;
}

/** A rule of the user's own, as {@link defineRule} gives it. */
export type OwnRule = AnyRule &
  (
    | {
        readonly scope: "row";
        check(row: Readonly<Record<string, Value>>, call: RuleCall<RuleNeeds, unknown>): unknown;
      }
    | { readonly scope: "table"; check(rows: ProfiledRows<RuleNeeds>, call: RuleCall<RuleNeeds, unknown>): unknown }
  );

/** Rules of the user's own by their names. */
export type OwnRules = Readonly<Record<string, OwnRule>>;

/**
 * A quality rule of one's own, which a definition names by `custom("name", options, { columns, onFail })`.
 *
 * `check` is asked for each row, or once for all rows of a window, before anything is committed. It has to be pure and synchronous: the
 * same rows are looked at again where a window is repeated, in another process and in other pieces, and have to be judged alike. It sees
 * rows before any is split off, and nothing but the columns that it needs; NULL is `null`, and the rule's own matter. What it throws, or
 * what it answers beside what it has to, is a rule that cannot be evaluated: the window is refused with RULE_FAILED, or the rule warns,
 * where it only warns. EXTENSION_INVALID for a name that no definition can say.
 */
export function defineRule<const N extends RuleNeeds, O>(rule: RowRule<N, O> | TableRule<N, O>): OwnRule {
  checkExtensionName("rule", rule.name);
  return rule;
}

/** What own code may be called; a definition's `custom()` asks for the same. */
export const extensionName = /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/;
export const expectedName =
  "expected a name of letters, digits, _, . and -, starting with a letter, of at most 63 characters";

/** EXTENSION_INVALID for a name that no definition can say. */
export function checkExtensionName(what: "rule" | "stage" | "channel", name: string): void {
  if (extensionName.test(name)) return;
  throw coreError("EXTENSION_INVALID", `A ${what} of your own is called ${JSON.stringify(name)}: ${expectedName}.`);
}
