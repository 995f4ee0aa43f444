import { copyBits, setBits } from "../format/bitmap.ts";
import { varint } from "./runs.ts";

/** Which rows of the open page have a value: Parquet's definition levels of a flat, nullable column. */
export interface DefinitionLevels {
  append(validity: Uint8Array | undefined, from: number, to: number): void;
  /** Length and RLE/bit-packed runs, as they stand before the values of a V1 data page. Returns the offset after them. */
  encode(to: Uint8Array, at: number, nullCount: number): number;
  /** Bytes `encode` needs at most. */
  maxBytes(): number;
  clear(): void;
}

export function openDefinitionLevels(): DefinitionLevels {
  let bits = new Uint8Array(0);
  let rowCount = 0;
  let hasBits = false;

  const reserve = (rows: number): void => {
    const needed = (rows + 7) >> 3;
    if (needed <= bits.length) return;
    const grown = new Uint8Array(Math.max(needed, bits.length * 2));
    grown.set(bits);
    bits = grown;
  };

  return {
    append(validity, from, to) {
      const count = to - from;
      if (validity !== undefined && !hasBits) {
        hasBits = true;
        reserve(rowCount);
        setBits(bits, 0, rowCount);
      }
      if (hasBits) {
        reserve(rowCount + count);
        if (validity === undefined) setBits(bits, rowCount, count);
        else copyBits(validity, from, bits, rowCount, count);
      }
      rowCount += count;
    },
    encode(to, at, nullCount) {
      let end = at + 4;
      if (nullCount === 0 || nullCount === rowCount) {
        end = varint(to, end, rowCount << 1);
        to[end++] = nullCount === 0 ? 1 : 0;
      } else {
        const groups = (rowCount + 7) >> 3;
        end = varint(to, end, (groups << 1) | 1);
        to.set(bits.subarray(0, groups), end);
        end += groups;
      }
      const length = end - at - 4;
      for (let i = 0; i < 4; i++) to[at + i] = length >> (8 * i);
      return end;
    },
    maxBytes: () => 16 + ((rowCount + 7) >> 3),
    clear() {
      bits.fill(0, 0, (rowCount + 7) >> 3);
      rowCount = 0;
      hasBits = false;
    },
  };
}
