/** Unsigned LEB128. Returns the offset after it. */
export function varint(to: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value;
  for (; rest > 127; rest >>>= 7) to[end++] = (rest & 127) | 128;
  to[end++] = rest;
  return end;
}

/** Bits that hold every number below `count`. */
export function bitWidthOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}

/** Bytes `encodeRuns` writes at most. */
export function maxRunBytes(count: number, bitWidth: number): number {
  return Math.ceil(((count + 7) >> 3) * bitWidth * 1.25) + count + 16;
}

/**
 * Parquet's RLE/bit-packed hybrid of `values[0 .. count)`, each of at most `bitWidth` (0 to 24) bits. Runs of eight and
 * more equal values become RLE; what lies between is bit-packed in whole groups of eight, filled up from the run that
 * follows; only the last group of the page may be padded. Returns the offset after the last byte.
 */
export function encodeRuns(
  values: Int32Array,
  count: number,
  bitWidth: number,
  target: { readonly bytes: Uint8Array; readonly at: number },
): number {
  const { bytes } = target;
  if (bitWidth === 0) return count === 0 ? target.at : varint(bytes, target.at, count << 1);
  let at = target.at;
  let packedFrom = 0;
  let row = 0;
  while (row < count) {
    const value = values[row] ?? 0;
    let end = row + 1;
    while (end < count && values[end] === value) end++;
    const fill = -(row - packedFrom) & 7;
    if (end - row - fill >= 8) {
      at = pack(values, packedFrom, row + fill, { bytes, at, bitWidth });
      at = varint(bytes, at, (end - row - fill) << 1);
      for (let shift = 0; shift < bitWidth; shift += 8) bytes[at++] = value >> shift;
      packedFrom = end;
    }
    row = end;
  }
  return pack(values, packedFrom, count, { bytes, at, bitWidth });
}

function pack(
  values: Int32Array,
  from: number,
  to: number,
  target: { readonly bytes: Uint8Array; readonly at: number; readonly bitWidth: number },
): number {
  if (from === to) return target.at;
  const { bytes, bitWidth } = target;
  const groups = (to - from + 7) >> 3;
  let at = varint(bytes, target.at, (groups << 1) | 1);
  const end = at + groups * bitWidth;
  let held = 0;
  let heldBits = 0;
  for (let row = from; row < to; row++) {
    held |= (values[row] ?? 0) << heldBits;
    heldBits += bitWidth;
    while (heldBits >= 8) {
      bytes[at++] = held;
      held >>>= 8;
      heldBits -= 8;
    }
  }
  if (heldBits > 0) bytes[at++] = held;
  while (at < end) bytes[at++] = 0;
  return end;
}
