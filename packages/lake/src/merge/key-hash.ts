/** A hash of 32 bits: FNV-1a, then mixed so that every bit depends on all bytes. Seeds give hashes apart. */
export function hashKey(key: Uint8Array, start: number, length: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ (key[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const passSeed = 0x9e3779b9;

/** Which of `passes` a key belongs to; keys spread evenly. */
export function passOf(key: Uint8Array, length: number, passes: number): number {
  return passes === 1 ? 0 : hashKey(key, 0, length, passSeed) % passes;
}
