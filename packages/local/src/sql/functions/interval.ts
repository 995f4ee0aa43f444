import { compilationError } from "../failures.ts";
import type { CastMode } from "../types/cast.ts";
import { numberLiteral, type Typed } from "../types/typed.ts";
import { addUnits } from "./date-add.ts";
import { dateUnit } from "./date-unit.ts";

/** Adds `INTERVAL '1 year, 3 days'` (sign 1 or -1) to a date or timestamp. */
export function addInterval(value: Typed, text: string, sign: 1 | -1, mode: CastMode): Typed {
  const parts = text.split(",").map((part) => /^\s*([+-]?\d+)\s*([A-Za-z]*)\s*$/.exec(part));
  return parts.reduce<Typed>((sum, found) => {
    if (found === null) throw compilationError(`invalid interval '${text}'`);
    const [, amount = "0", unit = ""] = found;
    const signed = BigInt(amount) * BigInt(sign);
    const literal = numberLiteral((signed < 0n ? -signed : signed).toString());
    return addUnits(
      dateUnit(unit === "" ? "second" : unit),
      signed < 0n ? { ...literal, sql: `(-${literal.sql})` } : literal,
      sum,
      mode,
    );
  }, value);
}
