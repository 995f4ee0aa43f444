import { z } from "zod";
import type { NanosPolicy, OffsetPolicy, ColumnOverride as Override } from "../types/index.ts";
import { refusalOf, strict } from "./strict.ts";

const Nanos = z.enum(["fail", "truncate", "keep"], { error: 'expected nanos: "fail", "truncate" or "keep"' });
const Offset = z.enum(["keep", "truncate", "fail"], { error: 'expected offset: "keep", "truncate" or "fail"' });

const overrides = "expected integer(), decimal(precision, scale), text() or timestamp({ nanos, offset })";

export const ColumnOverride = z.discriminatedUnion(
  "kind",
  [
    strict({ kind: z.literal("integer") }),
    strict({
      kind: z.literal("decimal"),
      precision: z.int().min(1).max(38),
      scale: z.int().min(0).max(38),
    }).refine(({ precision, scale }) => scale <= precision, {
      error: "expected a scale of at most the precision",
      path: ["scale"],
    }),
    strict({ kind: z.literal("text") }),
    strict({ kind: z.literal("timestamp"), nanos: Nanos.exactOptional(), offset: Offset.exactOptional() }),
  ],
  { error: ({ input }) => refusalIn(input) ?? overrides },
) satisfies z.ZodType<Override>;

/** A NUMBER held in 64 bits; a value outside, or a fraction, fails. */
export const integer = () => ({ kind: "integer" }) as const;

/** A NUMBER held as this decimal; a value that does not fit exactly fails. */
export const decimal = (precision: number, scale: number) => ({ kind: "decimal", precision, scale }) as const;

/** Any type held as Snowflake's canonical text of it. */
export const text = () => ({ kind: "text" }) as const;

/** What becomes of digits below the microsecond, and of a TIMESTAMP_TZ's offset. */
export const timestamp = (options: { readonly nanos?: NanosPolicy; readonly offset?: OffsetPolicy }) =>
  ({ kind: "timestamp", ...options }) as const;

function refusalIn(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  return Object.keys(input)
    .map(refusalOf)
    .find((refusal) => refusal !== undefined);
}
