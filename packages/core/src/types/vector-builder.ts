import type { ColumnVector } from "./column-batch.ts";
import { type LandType, type Storage, storageOf } from "./land-type.ts";

/**
 * Appends values of one column and hands out vectors. Growable typed arrays; no object a value. A builder is used again
 * after `finish`, which hands its buffers over.
 */
export interface VectorBuilder {
  readonly storage: Storage;
  /** Rows since the last `finish`. */
  readonly rowCount: number;
  /** Bytes held since the last `finish`, validity aside. */
  readonly byteLength: number;
  appendNull(): void;
  /** `bit`, `int32` and `float64` storage. The caller has checked the range. */
  appendNumber(value: number): void;
  /** `int64` storage. The caller has checked the range. */
  appendInt64(value: bigint): void;
  /** `int64` storage without a BigInt: value = high * 2^32 + low, `high` signed, `low` unsigned 32-bit. */
  appendWords(low: number, high: number): void;
  /** `int128` storage: two's complement words, `low` unsigned, `high` signed. */
  appendInt128(low: bigint, high: bigint): void;
  /** `bytes` storage; copied. */
  appendBytes(value: Uint8Array): void;
  /** `bytes` storage: the string as UTF-8. A lone surrogate becomes U+FFFD. */
  appendText(value: string): void;
  finish(): ColumnVector;
}

const initialRows = 1024;
const encoder = new TextEncoder();

/**
 * Collects the values of one column, in the storage of its type, and grows as they come. `expectedRows` saves the growing.
 * `finish` hands the vector over and begins the next one.
 */
export function openVectorBuilder(type: LandType, expectedRows = initialRows): VectorBuilder {
  return new GrowingBuilder(storageOf(type), Math.max(8, expectedRows));
}

class GrowingBuilder implements VectorBuilder {
  readonly storage: Storage;
  rowCount = 0;
  readonly #expectedRows: number;
  #capacity = 0;
  #nullCount = 0;
  #validity = new Uint8Array(0);
  #bits = new Uint8Array(0);
  #int32 = new Int32Array(0);
  #float64 = new Float64Array(0);
  #int64 = new BigInt64Array(0);
  #words = new Int32Array(0);
  #offsets = new Int32Array(0);
  #bytes = new Uint8Array(0);
  #length = 0;
  /** Batches of a column are alike: the next one's bytes get the room of the last at once. */
  #lastLength = 0;

  constructor(storage: Storage, expectedRows: number) {
    this.storage = storage;
    this.#expectedRows = expectedRows;
    this.#start();
  }

  get byteLength(): number {
    const width = { bit: 1 / 8, int32: 4, float64: 8, int64: 8, int128: 16, bytes: 4 }[this.storage];
    return Math.ceil(this.rowCount * width) + this.#length;
  }

  appendNull(): void {
    const row = this.#next();
    if (this.#nullCount++ === 0) {
      this.#validity = new Uint8Array((this.#capacity + 7) >> 3);
      this.#validity.fill(0xff, 0, row >> 3);
      if (row & 7) this.#validity[row >> 3] = (1 << (row & 7)) - 1;
    }
    if (this.storage === "bytes") this.#offsets[row + 1] = this.#length;
  }

  appendNumber(value: number): void {
    const row = this.#nextValid();
    if (this.storage === "int32") this.#int32[row] = value;
    else if (this.storage === "float64") this.#float64[row] = value;
    else if (value !== 0) this.#bits[row >> 3] = (this.#bits[row >> 3] ?? 0) | (1 << (row & 7));
  }

  appendInt64(value: bigint): void {
    const row = this.#nextValid();
    this.#int64[row] = value;
  }

  appendWords(low: number, high: number): void {
    const at = this.#nextValid() * 2;
    this.#words[at] = low;
    this.#words[at + 1] = high;
  }

  appendInt128(low: bigint, high: bigint): void {
    const at = this.#nextValid() * 2;
    this.#int64[at] = low;
    this.#int64[at + 1] = high;
  }

  appendBytes(value: Uint8Array): void {
    const row = this.#nextValid();
    this.#reserve(value.byteLength);
    this.#bytes.set(value, this.#length);
    this.#length += value.byteLength;
    this.#offsets[row + 1] = this.#length;
  }

  appendText(value: string): void {
    const row = this.#nextValid();
    this.#reserve(value.length * 3);
    const { length } = value;
    const bytes = this.#bytes;
    let at = this.#length;
    let index = 0;
    for (; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) break;
      bytes[at++] = code;
    }
    if (index < length) at += encoder.encodeInto(value.slice(index), bytes.subarray(at)).written;
    this.#length = at;
    this.#offsets[row + 1] = at;
  }

  finish(): ColumnVector {
    const { rowCount, storage } = this;
    const nullCount = this.#nullCount;
    const validity = nullCount === 0 ? undefined : this.#validity.subarray(0, (rowCount + 7) >> 3);
    const common = { validity, nullCount };
    const vector = ((): ColumnVector => {
      switch (storage) {
        case "bit":
          return { storage, ...common, values: this.#bits.subarray(0, (rowCount + 7) >> 3) };
        case "int32":
          return { storage, ...common, values: this.#int32.subarray(0, rowCount) };
        case "float64":
          return { storage, ...common, values: this.#float64.subarray(0, rowCount) };
        case "int64":
          return { storage, ...common, values: this.#int64.subarray(0, rowCount) };
        case "int128":
          return { storage, ...common, values: this.#int64.subarray(0, rowCount * 2) };
        case "bytes":
          return {
            storage,
            ...common,
            offsets: this.#offsets.subarray(0, rowCount + 1),
            bytes: this.#bytes.subarray(0, this.#length),
          };
        default:
          return storage satisfies never;
      }
    })();
    this.#start();
    return vector;
  }

  #start(): void {
    this.rowCount = 0;
    this.#capacity = 0;
    this.#nullCount = 0;
    this.#lastLength = this.#length;
    this.#length = 0;
    this.#validity = new Uint8Array(0);
    this.#bits = new Uint8Array(0);
    this.#int32 = new Int32Array(0);
    this.#float64 = new Float64Array(0);
    this.#int64 = new BigInt64Array(0);
    this.#offsets = new Int32Array(0);
    this.#bytes = new Uint8Array(0);
    this.#grow(this.#expectedRows);
  }

  #next(): number {
    const row = this.rowCount;
    if (row === this.#capacity) this.#grow(this.#capacity * 2);
    this.rowCount = row + 1;
    return row;
  }

  #nextValid(): number {
    const row = this.#next();
    if (this.#nullCount > 0) this.#validity[row >> 3] = (this.#validity[row >> 3] ?? 0) | (1 << (row & 7));
    return row;
  }

  #grow(rows: number): void {
    this.#capacity = rows;
    const bits = (rows + 7) >> 3;
    if (this.#nullCount > 0) this.#validity = widen(this.#validity, new Uint8Array(bits));
    if (this.storage === "bit") this.#bits = widen(this.#bits, new Uint8Array(bits));
    else if (this.storage === "int32") this.#int32 = widen(this.#int32, new Int32Array(rows));
    else if (this.storage === "float64") this.#float64 = widen(this.#float64, new Float64Array(rows));
    else if (this.storage === "bytes") this.#offsets = widen(this.#offsets, new Int32Array(rows + 1));
    else {
      this.#int64 = widen(this.#int64, new BigInt64Array(this.storage === "int128" ? rows * 2 : rows));
      this.#words = new Int32Array(this.#int64.buffer);
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.byteLength) return;
    this.#bytes = widen(
      this.#bytes,
      new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2, this.#lastLength + 1024)),
    );
  }
}

function widen<T extends Uint8Array | Int32Array | Float64Array | BigInt64Array>(from: T, to: T): T {
  if (to instanceof BigInt64Array && from instanceof BigInt64Array) to.set(from);
  else if (!(to instanceof BigInt64Array) && !(from instanceof BigInt64Array)) to.set(from);
  return to;
}
