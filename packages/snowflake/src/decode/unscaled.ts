const shape = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;
const maxDigits = 80;

/**
 * The unscaled integer of a decimal text at a scale: `12.5` at 2 is 1250. Undefined when the text is no number, is not exact
 * at that scale, or has far more digits than any decimal.
 */
export function unscaledOf(text: string, scale: number): bigint | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  if (whole === "" && fraction === "") return undefined;
  if (digits === "") return 0n;
  const shift = scale - fraction.length + Number(exponent);
  const kept =
    shift >= 0
      ? digits + "0".repeat(Math.min(shift, maxDigits + 1))
      : digits.slice(0, Math.max(0, digits.length + shift));
  const dropped = shift >= 0 ? "" : digits.slice(Math.max(0, digits.length + shift));
  if (kept.length > maxDigits || /[^0]/.test(dropped)) return undefined;
  const magnitude = BigInt(kept === "" ? "0" : kept);
  return sign === "-" ? -magnitude : magnitude;
}
