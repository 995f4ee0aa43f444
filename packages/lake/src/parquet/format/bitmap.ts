/** Copies `count` bits, least significant first. Bits of `to` at and beyond `toBit` are zero before the call. */
export function copyBits(from: Uint8Array, fromBit: number, to: Uint8Array, toBit: number, count: number): void {
  let done = 0;
  const head = Math.min(count, (8 - (toBit & 7)) & 7);
  for (; done < head; done++) copyBit(from, fromBit + done, to, toBit + done);
  const shift = (fromBit + done) & 7;
  let source = (fromBit + done) >> 3;
  let target = (toBit + done) >> 3;
  const whole = (count - done) >> 3;
  if (shift === 0) to.set(from.subarray(source, source + whole), target);
  else {
    for (let end = target + whole; target < end; target++, source++) {
      to[target] = ((from[source] ?? 0) >> shift) | ((from[source + 1] ?? 0) << (8 - shift));
    }
  }
  for (done += whole * 8; done < count; done++) copyBit(from, fromBit + done, to, toBit + done);
}

/** Sets `count` bits. Bits of `to` at and beyond `toBit` are zero before the call. */
export function setBits(to: Uint8Array, toBit: number, count: number): void {
  const end = toBit + count;
  let bit = toBit;
  for (; bit < end && (bit & 7) !== 0; bit++) to[bit >> 3] = (to[bit >> 3] ?? 0) | (1 << (bit & 7));
  to.fill(0xff, bit >> 3, end >> 3);
  for (bit = Math.max(bit, end & ~7); bit < end; bit++) to[bit >> 3] = (to[bit >> 3] ?? 0) | (1 << (bit & 7));
}

function copyBit(from: Uint8Array, fromBit: number, to: Uint8Array, toBit: number): void {
  const bit = ((from[fromBit >> 3] ?? 0) >> (fromBit & 7)) & 1;
  to[toBit >> 3] = (to[toBit >> 3] ?? 0) | (bit << (toBit & 7));
}
