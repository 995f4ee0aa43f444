import { ceilingMs, type RetryPolicy } from "../retry/index.ts";

/**
 * Milliseconds before the try behind the `tries`-th, 1 or more: full jitter below a ceiling that doubles, as `retry` has it; the chance in it is drawn
 * from the key, so that the same events decide the same.
 */
export function backoffMs(policy: RetryPolicy, tries: number, key: string): number {
  return Math.floor(fractionOf(key) * (ceilingMs(policy, tries) + 1));
}

/** In [0, 1), by FNV-1a and a last mixing. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
