import { z } from "zod";
import { Duration } from "../types/index.ts";
import { strict } from "./strict.ts";
import { isTimeZone } from "./time-zone.ts";

const Deletes = z.union([z.literal("ignore"), strict({ kind: z.literal("fullDiff") })], {
  error:
    'expected deletes: "ignore" or fullDiff(): a cursor never sees rows deleted at the source, so say what becomes of them',
});

export const Incremental = strict({
  kind: z.literal("incremental"),
  /** The column that grows with every insert and update. */
  cursor: z.string(),
  /** How long a transaction on the source may stay open before its rows are missed. Not for numeric cursors. */
  lag: Duration.exactOptional(),
  deletes: Deletes,
  /** Rows whose cursor is NULL: an error, or read in every run. */
  nulls: z.enum(["fail", "everyRun"], { error: 'expected nulls: "fail" or "everyRun"' }).default("fail"),
  /** IANA name of the zone a TIMESTAMP_NTZ cursor's clock shows. */
  zone: z
    .string()
    .refine(isTimeZone, { error: 'expected the IANA name of a time zone, such as "UTC" or "Europe/Zurich"' })
    .exactOptional(),
});

export const Sync = z.discriminatedUnion(
  "kind",
  [strict({ kind: z.literal("full") }), Incremental, strict({ kind: z.literal("capture") })],
  { error: "expected full(), incremental({ cursor, lag, deletes }) or capture()" },
);
/** How a dataset follows its source, in normal form. */
export type Sync = z.output<typeof Sync>;
export type Incremental = z.output<typeof Incremental>;
export type Deletes = z.output<typeof Deletes>;

export type SyncOver<C extends string> =
  | { readonly kind: "full" | "capture" }
  | (Omit<z.input<typeof Incremental>, "cursor"> & { readonly cursor: C });

/** The whole source, every run; skipped when the source's fingerprint is unchanged. */
export const full = () => ({ kind: "full" }) as const;

/**
 * What changed since the last run, by a cursor column. `deletes` has no default: a cursor never sees deleted rows, so the
 * definition says what becomes of them.
 */
export function incremental<const C extends string>(
  options: { readonly cursor: C } & Omit<z.input<typeof Incremental>, "kind" | "cursor">,
) {
  return { kind: "incremental", ...options } as const;
}

/** Every insert, update and delete, by Snowflake's CHANGES. */
export const capture = () => ({ kind: "capture" }) as const;

/** Deletes found by comparing all keys of the source with the table's. */
export const fullDiff = () => ({ kind: "fullDiff" }) as const;
