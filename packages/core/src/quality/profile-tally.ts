import { z } from "zod";
import type { ColumnProfile, Value } from "../types/index.ts";

const Text = z.tuple([z.enum(["boolean", "number", "bigint", "text", "bytes"]), z.string()]).nullable();

/** A column's profile as plain JSON, exact. */
export const ProfileTally = z.strictObject({
  name: z.string(),
  count: z.int().min(0),
  nullCount: z.int().min(0),
  nanCount: z.int().min(0),
  min: Text,
  max: Text,
  sum: z
    .string()
    .regex(/^-?\d+$/)
    .nullable(),
  lengthSum: z.number().nullable(),
});
export type ProfileTally = z.infer<typeof ProfileTally>;

export const toProfileTally = ({ min, max, sum, lengthSum, ...counts }: ColumnProfile): ProfileTally => ({
  ...counts,
  min: toText(min),
  max: toText(max),
  sum: sum === undefined ? null : String(sum),
  lengthSum: lengthSum ?? null,
});

export const fromProfileTally = ({ min, max, sum, lengthSum, ...counts }: ProfileTally): ColumnProfile => ({
  ...counts,
  min: fromText(min),
  max: fromText(max),
  sum: sum === null ? undefined : BigInt(sum),
  lengthSum: lengthSum ?? undefined,
});

function toText(value: Value): z.infer<typeof Text> {
  if (value === null) return null;
  if (value instanceof Uint8Array) return ["bytes", Buffer.from(value).toString("base64")];
  switch (typeof value) {
    case "boolean":
      return ["boolean", String(value)];
    case "number":
      return ["number", Object.is(value, -0) ? "-0" : String(value)];
    case "bigint":
      return ["bigint", String(value)];
    default:
      return ["text", value];
  }
}

function fromText(held: z.infer<typeof Text>): Value {
  if (held === null) return null;
  const [is, text] = held;
  switch (is) {
    case "boolean":
      return text === "true";
    case "number":
      return Number(text);
    case "bigint":
      return BigInt(text);
    case "text":
      return text;
    case "bytes":
      return new Uint8Array(Buffer.from(text, "base64"));
    default:
      return is satisfies never;
  }
}
