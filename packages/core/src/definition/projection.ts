import { z } from "zod";
import { strict } from "./strict.ts";

const DateUnit = z.enum(["YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS"]);

/** How Athena derives the values of a partition key, so that none has to be registered. */
export const KeyProjection = z
  .discriminatedUnion(
    "kind",
    [
      strict({
        kind: z.literal("enum"),
        values: z
          .array(z.string().regex(/^[^,]+$/, { error: "expected a value without a comma, which separates values" }))
          .min(1, { error: "expected at least one value" })
          .readonly(),
      }),
      strict({
        kind: z.literal("integer"),
        /** Both ends included. */
        from: z.int(),
        to: z.int(),
        /** Default: 1. */
        interval: z.int().min(1).exactOptional(),
        /** Zeros are put before a number up to so many digits. Default: none are. */
        digits: z.int().min(1).max(19).exactOptional(),
      }),
      strict({
        kind: z.literal("date"),
        /** In `format`, or `NOW` with an offset such as `NOW-3YEARS`. Both ends included. */
        from: z.string().min(1),
        to: z.string().min(1),
        /** A Java date pattern such as `yyyy-MM-dd`. */
        format: z.string().min(1),
        /** Default: one of the smallest unit in `format`. */
        every: strict({ count: z.int().min(1), unit: DateUnit }).exactOptional(),
      }),
      strict({ kind: z.literal("injected") }),
    ],
    { error: "expected enumerated(), integers(), dates() or injected()" },
  )
  .refine((projection) => projection.kind !== "integer" || projection.from <= projection.to, {
    error: "expected a range whose first number is not above its last",
  });
export type KeyProjection = z.output<typeof KeyProjection>;
type Settings<K extends KeyProjection["kind"]> = Omit<Extract<z.input<typeof KeyProjection>, { kind: K }>, "kind">;

/** The values of a partition key, one by one. A partition with another is an error, for queries would not see it. */
export const enumerated = (values: readonly string[]) => ({ kind: "enum", values }) as const;

/** The values of a partition key as a range of numbers. */
export const integers = (range: Settings<"integer">) => ({ kind: "integer", ...range }) as const;

/** The values of a partition key as a range in time: `dates({ from: "2001-01-01", to: "NOW", format: "yyyy-MM-dd" })`. */
export const dates = (range: Settings<"date">) => ({ kind: "date", ...range }) as const;

/** Every query says the value of the partition key by `=`. */
export const injected = () => ({ kind: "injected" }) as const;
