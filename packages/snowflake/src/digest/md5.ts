/** MD5 (RFC 1321) of many short texts, without an object for each. Not against those who would forge it. */
export interface Md5 {
  /** Where the next message's bytes go, from 0; `reserve` makes it larger and keeps what is there. */
  readonly bytes: Uint8Array;
  reserve(byteLength: number): void;
  /** Digests the first `length` bytes into `words`: four of 32 bits, as the algorithm has them, little-endian. */
  digest(length: number): void;
  readonly words: Int32Array;
}

/** floor(2^32 × abs(sin(i + 1))). */
const sines = Int32Array.from({ length: 64 }, (_, index) => Math.floor(2 ** 32 * Math.abs(Math.sin(index + 1))) | 0);
const rotations = Uint8Array.from([7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]);

const blockBytes = 64;

export function openMd5(): Md5 {
  // Room for the padding: a bit, and the length in bits.
  let bytes = new Uint8Array(1024 + 2 * blockBytes);
  let view = new DataView(bytes.buffer);
  const words = new Int32Array(4);
  const block = new Int32Array(16);
  const self = {
    words,
    get bytes() {
      return bytes;
    },
    reserve(byteLength: number) {
      if (byteLength + 2 * blockBytes <= bytes.byteLength) return;
      const wider = new Uint8Array(2 * byteLength + 2 * blockBytes);
      wider.set(bytes);
      bytes = wider;
      view = new DataView(bytes.buffer);
    },
    digest(length: number) {
      const end = Math.ceil((length + 9) / blockBytes) * blockBytes;
      bytes[length] = 0x80;
      bytes.fill(0, length + 1, end);
      view.setUint32(end - 8, (length << 3) >>> 0, true);
      view.setUint32(end - 4, Math.floor(length / 2 ** 29), true);
      words[0] = 0x67452301;
      words[1] = 0xefcdab89 | 0;
      words[2] = 0x98badcfe | 0;
      words[3] = 0x10325476;
      for (let at = 0; at < end; at += blockBytes) {
        for (let index = 0; index < 16; index++) block[index] = view.getInt32(at + index * 4, true);
        compress(words, block);
      }
    },
  };
  return self;
}

function compress(words: Int32Array, block: Int32Array): void {
  let a = words[0] ?? 0;
  let b = words[1] ?? 0;
  let c = words[2] ?? 0;
  let d = words[3] ?? 0;
  const [wasA, wasB, wasC, wasD] = [a, b, c, d];
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    let mixed: number;
    let word: number;
    if (round === 0) {
      mixed = (b & c) | (~b & d);
      word = step;
    } else if (round === 1) {
      mixed = (d & b) | (~d & c);
      word = (5 * step + 1) & 15;
    } else if (round === 2) {
      mixed = b ^ c ^ d;
      word = (3 * step + 5) & 15;
    } else {
      mixed = c ^ (b | ~d);
      word = (7 * step) & 15;
    }
    const sum = (a + mixed + (sines[step] ?? 0) + (block[word] ?? 0)) | 0;
    const by = rotations[(round << 2) | (step & 3)] ?? 0;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
  }
  words[0] = (wasA + a) | 0;
  words[1] = (wasB + b) | 0;
  words[2] = (wasC + c) | 0;
  words[3] = (wasD + d) | 0;
}
