import type { ColumnVector } from "@snowmelt/core/types";

/** Texts as UTF-8, one after another. Made for long ones, which the engine encodes faster than a loop. */
export interface TextBuilder {
  /** A lone surrogate becomes U+FFFD. */
  append(text: string): void;
  /** The texts [from, to) of a vector without NULLs, or those that the indices [from, to) name in it. */
  appendVector(vector: ColumnVector, indices: Int32Array | undefined, from: number, to: number): void;
  readonly byteLength: number;
  /** The texts, as views that hold until the next `append`, which starts anew in the same memory. */
  finish(): ColumnVector;
}

type TextVector = Extract<ColumnVector, { storage: "bytes" }>;

/** Shorter ones cost less by hand than by a call. */
const shortText = 24;

export function openTextBuilder(): TextBuilder {
  let bytes = Buffer.allocUnsafeSlow(1024);
  let offsets = new Int32Array(256);
  let count = 0;
  let length = 0;

  const reserve = (more: number, texts = 1): void => {
    if (count + texts >= offsets.length) {
      const wider = new Int32Array(Math.max(count + texts + 1, offsets.length * 2));
      wider.set(offsets);
      offsets = wider;
    }
    if (length + more <= bytes.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(length + more, bytes.length * 2));
    wider.set(bytes.subarray(0, length));
    bytes = wider;
  };
  const appendPart = (vector: TextVector, from: number, to: number): void => {
    const start = vector.offsets[from] ?? 0;
    const end = vector.offsets[to] ?? start;
    reserve(end - start, to - from);
    if (end - start > shortText) bytes.set(vector.bytes.subarray(start, end), length);
    else for (let at = start; at < end; at++) bytes[length + at - start] = vector.bytes[at] ?? 0;
    for (let text = from; text < to; text++) offsets[++count] = length + (vector.offsets[text + 1] ?? 0) - start;
    length += end - start;
  };
  /** Stops at the first character that is not ASCII, whose index it gives. */
  const appendAscii = (text: string): number => {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return index;
      bytes[length++] = code;
    }
    return text.length;
  };

  return {
    append(text) {
      reserve(text.length * 3);
      const done = text.length <= shortText ? appendAscii(text) : 0;
      if (done < text.length) length += bytes.write(done === 0 ? text : text.slice(done), length, "utf8");
      offsets[++count] = length;
    },
    appendVector(vector, indices, from, to) {
      if (vector.storage !== "bytes") throw new TypeError(`expected bytes, got ${vector.storage}`);
      if (indices) {
        for (let index = from; index < to; index++) appendPart(vector, indices[index] ?? 0, (indices[index] ?? 0) + 1);
      } else appendPart(vector, from, to);
    },
    get byteLength() {
      return length + 4 * count;
    },
    finish() {
      const vector: ColumnVector = {
        storage: "bytes",
        validity: undefined,
        nullCount: 0,
        offsets: offsets.subarray(0, count + 1),
        bytes: bytes.subarray(0, length),
      };
      count = length = 0;
      return vector;
    },
  };
}
