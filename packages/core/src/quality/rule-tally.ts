import { z } from "zod";
import { KeyTally } from "./keys/sealed-keys.ts";
import { ProfileTally } from "./profile-tally.ts";

const Sample = z.strictObject({ row: z.int().min(0).optional(), value: z.string() });

/** What an observer knows of the rows so far, for another to go on with. */
export const RuleTally = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("failing"),
    rows: z.int().min(0),
    rowsFailing: z.int().min(0),
    samples: z.array(Sample).readonly(),
    broken: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal("rows"), rows: z.int().min(0) }),
  /** In the units of the column. */
  z.strictObject({
    kind: z.literal("newest"),
    value: z
      .string()
      .regex(/^-?\d+$/)
      .nullable(),
  }),
  z.strictObject({ kind: z.literal("keys"), keys: KeyTally }),
  z.strictObject({
    kind: z.literal("profiles"),
    rows: z.int().min(0),
    profiles: z.array(ProfileTally).readonly(),
  }),
]);
export type RuleTally = z.infer<typeof RuleTally>;

/** The tally of a rule's kind; RangeError for that of another, which is of other rules or of another version. */
export function tallyOf<K extends RuleTally["kind"]>(
  tally: RuleTally | undefined,
  kind: K,
): Extract<RuleTally, { readonly kind: K }> | undefined {
  if (tally === undefined) return undefined;
  const isOfKind = (found: RuleTally): found is Extract<RuleTally, { readonly kind: K }> => found.kind === kind;
  if (isOfKind(tally)) return tally;
  throw new RangeError(`expected a tally of ${kind}, got one of ${tally.kind}`);
}
