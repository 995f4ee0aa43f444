/** `-12.50` of the unscaled -1250 and scale 2. Plain digits, no exponent. */
export function decimalText(unscaled: bigint | number, scale: number): string {
  const digits = String(unscaled < 0 ? -BigInt(unscaled) : unscaled).padStart(scale + 1, "0");
  const sign = unscaled < 0 ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The unscaled integer, also from an exponent form; undefined when the text is no number or has more digits than `scale`. */
export function parseDecimalText(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const shift = scale - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  if (Math.abs(shift) > 400) return undefined;
  const power = 10n ** BigInt(Math.abs(shift));
  if (shift < 0 && digits % power !== 0n) return undefined;
  const unscaled = shift < 0 ? digits / power : digits * power;
  return sign === "-" ? -unscaled : unscaled;
}
