/** Bytes that grow by doubling and start again without giving up their memory. */
export interface GrowingBuffer {
  bytes: Uint8Array;
  /** The same memory as 32-bit words. */
  words: Int32Array;
  length: number;
}

export function openGrowingBuffer(): GrowingBuffer {
  const bytes = new Uint8Array(0);
  return { bytes, words: new Int32Array(bytes.buffer), length: 0 };
}

/** Makes room for `count` more bytes beyond `length`; what is there stays. New memory is zero. */
export function reserve(buffer: GrowingBuffer, count: number): void {
  const needed = buffer.length + count;
  if (needed <= buffer.bytes.length) return;
  const bytes = new Uint8Array((Math.max(needed, buffer.bytes.length * 2, 256) + 15) & ~15);
  bytes.set(buffer.bytes.subarray(0, buffer.length));
  buffer.bytes = bytes;
  buffer.words = new Int32Array(bytes.buffer);
}

export function filled(buffer: GrowingBuffer): Uint8Array {
  return buffer.bytes.subarray(0, buffer.length);
}
