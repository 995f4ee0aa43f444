/**
 * The number a text says, in units of 10^-`scale`, rounded down; exact whatever the digits, exponents included. `isExact`
 * tells whether nothing was rounded. Undefined where the text is no number, or one of absurd length.
 */
export function unscaledUnits(
  text: string,
  scale: number,
): { readonly floor: bigint; readonly isExact: boolean } | undefined {
  const match = /^([+-]?)(\d{1,400})(?:\.(\d{0,400}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = BigInt(`${sign === "-" ? "-" : ""}${whole}${fraction}`);
  const shift = scale - fraction.length + Number(exponent);
  if (shift >= 0) return { floor: digits * 10n ** BigInt(shift), isExact: true };
  const power = 10n ** BigInt(-shift);
  const rest = ((digits % power) + power) % power;
  return { floor: (digits - rest) / power, isExact: rest === 0n };
}
