/** 64 bits of a key's bytes, spread evenly; where two keys share them their bytes decide. Two lanes of MurmurHash3's mixing. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, into: { high: number; low: number }): void {
  let high = 0x9747b28c ^ (end - start);
  let low = 0x3c6ef372 ^ (end - start);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    high = mix(high, Math.imul(word, 0xcc9e2d51));
    low = mix(low, Math.imul(word, 0x85ebca6b));
  }
  let rest = 0;
  for (let shift = 0; at < end; at++, shift += 8) rest |= (bytes[at] ?? 0) << shift;
  into.high = settle(mix(high, Math.imul(rest, 0xcc9e2d51)));
  into.low = settle(mix(low, Math.imul(rest, 0x85ebca6b)) ^ into.high);
}

function mix(lane: number, scrambled: number): number {
  const rotated = (scrambled << 15) | (scrambled >>> 17);
  const mixed = lane ^ Math.imul(rotated, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function settle(lane: number): number {
  let settled = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  settled = Math.imul(settled ^ (settled >>> 13), 0xc2b2ae35);
  return (settled ^ (settled >>> 16)) >>> 0;
}
