/**
 * Freezes plain data with all that is in it, so that it can be stored and handed out without a copy. Gives the same value.
 * Parts that the same `frozen` has seen before are not walked again: successive states of a run share most of theirs.
 */
export function freezeWhole<T>(value: T, frozen: WeakSet<object>): T {
  if (typeof value !== "object" || value === null || frozen.has(value)) return value;
  frozen.add(value);
  Object.freeze(value);
  for (const part of Object.values(value)) freezeWhole(part, frozen);
  return value;
}
