import { parquetError } from "../parquet-error.ts";

// https://github.com/google/snappy/blob/main/format_description.txt

const blockBytes = 1 << 16;
const hashBits = 14;
const table = new Uint16Array(1 << hashBits);

/** Raw Snappy (no framing), as Parquet uses it. */
export function compressSnappy(input: Uint8Array): Uint8Array {
  const output = new Uint8Array(32 + input.length + Math.ceil(input.length / 6));
  let at = writeVarint(output, input.length);
  for (let from = 0; from < input.length; from += blockBytes) {
    at = compressBlock(input, from, Math.min(input.length, from + blockBytes), { output, at });
  }
  return output.slice(0, at);
}

export function decompressSnappy(input: Uint8Array, expectedBytes: number): Uint8Array {
  let at = 0;
  let announced = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = input[at++];
    if (byte === undefined || shift > 28) throw corrupt("its length cannot be read");
    announced += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  if (announced !== expectedBytes) throw corrupt(`it announces ${announced} bytes, the page ${expectedBytes}`);
  const output = new Uint8Array(expectedBytes);
  let out = 0;
  const end = input.length;
  while (at < end) {
    const tag = input[at++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        if (at + extra > end) throw corrupt("a literal is cut off");
        length = littleEndian(input, at, extra) + 1;
        at += extra;
      }
      if (length > end - at || length > expectedBytes - out) throw corrupt("a literal is too long");
      copyLiteral(input, at, output, out, length);
      at += length;
      out += length;
      continue;
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const extra = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    if (at + extra > end) throw corrupt("a copy is cut off");
    const offset = kind === 1 ? ((tag >> 5) << 8) | (input[at] ?? 0) : littleEndian(input, at, extra);
    at += extra;
    if (offset === 0 || offset > out || length > expectedBytes - out) throw corrupt("a copy points outside");
    for (let from = out - offset, to = out + length; out < to; ) output[out++] = output[from++] ?? 0;
  }
  if (out !== expectedBytes) throw corrupt(`it holds ${out} bytes, announced ${expectedBytes}`);
  return output;
}

function compressBlock(
  input: Uint8Array,
  start: number,
  end: number,
  target: { readonly output: Uint8Array; readonly at: number },
): number {
  const { output } = target;
  let at = target.at;
  let literalFrom = start;
  let position = start + 1;
  table.fill(0);
  const lastMatch = end - 15;
  let misses = 32;
  while (position < lastMatch) {
    const word = wordAt(input, position);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - hashBits);
    const candidate = start + (table[slot] ?? 0);
    table[slot] = position - start;
    if (candidate >= position || wordAt(input, candidate) !== word) {
      position += misses++ >> 5;
      continue;
    }
    at = writeLiteral(input, literalFrom, position, { output, at });
    let length = 4;
    while (position + length < end && input[candidate + length] === input[position + length]) length++;
    at = writeCopy(output, at, position - candidate, length);
    position += length;
    literalFrom = position;
    misses = 32;
  }
  return literalFrom < end ? writeLiteral(input, literalFrom, end, { output, at }) : at;
}

function writeLiteral(
  input: Uint8Array,
  from: number,
  to: number,
  target: { readonly output: Uint8Array; readonly at: number },
): number {
  const { output } = target;
  let at = target.at;
  const rest = to - from - 1;
  if (rest < 0) return at;
  if (rest < 60) output[at++] = rest << 2;
  else if (rest < 256) {
    output[at++] = 60 << 2;
    output[at++] = rest;
  } else {
    output[at++] = 61 << 2;
    output[at++] = rest;
    output[at++] = rest >> 8;
  }
  copyLiteral(input, from, output, at, to - from);
  return at + to - from;
}

function copyLiteral(input: Uint8Array, from: number, output: Uint8Array, at: number, length: number): void {
  if (length > 48) output.set(input.subarray(from, from + length), at);
  else for (let i = 0; i < length; i++) output[at + i] = input[from + i] ?? 0;
}

/** Copies of up to 64 bytes; the last two are shared out so that none is shorter than 4. */
function writeCopy(output: Uint8Array, start: number, offset: number, length: number): number {
  let at = start;
  let left = length;
  while (left > 0) {
    const size = left > 67 ? 64 : left > 64 ? 60 : left;
    if (size < 12 && offset < 2048) {
      output[at++] = ((offset >> 8) << 5) | ((size - 4) << 2) | 1;
      output[at++] = offset;
    } else {
      output[at++] = ((size - 1) << 2) | 2;
      output[at++] = offset;
      output[at++] = offset >> 8;
    }
    left -= size;
  }
  return at;
}

function wordAt(input: Uint8Array, at: number): number {
  return (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8) | ((input[at + 2] ?? 0) << 16) | ((input[at + 3] ?? 0) << 24);
}

function writeVarint(output: Uint8Array, value: number): number {
  let at = 0;
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) output[at++] = (rest & 127) | 128;
  output[at++] = rest;
  return at;
}

function littleEndian(input: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (input[at + i] ?? 0);
  return value;
}

const corrupt = (what: string) => parquetError("PARQUET_CORRUPT", `Snappy data is damaged: ${what}.`);
