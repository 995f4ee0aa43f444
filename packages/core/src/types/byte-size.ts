import { z } from "zod";

const unitBytes = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;
const expected = 'expected a size such as "128 MB" or "64 MiB", or a whole number of bytes';
const pattern = /^(\d+(?:\.\d+)?) (B|KB|MB|GB|KiB|MiB|GiB)$/;

const SizeText = z.templateLiteral([z.number(), " ", z.enum(["B", "KB", "MB", "GB", "KiB", "MiB", "GiB"])]);

/**
 * A number of bytes, written as a number or as people do: `"128 MB"` is 128,000,000, `"128 MiB"` is 134,217,728. The normal
 * form is the number.
 */
export const ByteSize = z
  .union([z.int().positive({ error: expected }), SizeText], { error: expected })
  .refine((size) => Number.isSafeInteger(parsedBytes(size)), {
    error: `${expected}; it must be whole bytes`,
    abort: true,
  })
  .transform(parsedBytes);
export type ByteSize = z.input<typeof ByteSize>;

function parsedBytes(size: number | string): number {
  if (typeof size === "number") return size;
  const match = pattern.exec(size);
  const unit = match?.[2];
  if (!match || !isUnit(unit)) return Number.NaN;
  const bytes = Number(match[1]) * unitBytes[unit];
  const whole = Math.round(bytes);
  return whole > 0 && Math.abs(bytes - whole) < 1e-6 ? whole : Number.NaN;
}

function isUnit(unit: string | undefined): unit is keyof typeof unitBytes {
  return unit !== undefined && Object.hasOwn(unitBytes, unit);
}
