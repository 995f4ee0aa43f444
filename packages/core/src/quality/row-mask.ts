/** Rows of one batch: bit i (least significant first) is 1 where row i is meant. */
export interface RowMask {
  readonly bits: Uint8Array;
  /** How many bits are 1. */
  readonly count: number;
}

/** The rows of a batch for which `test` is true. */
export function maskRows(rowCount: number, test: (row: number) => boolean): RowMask {
  const bits = new Uint8Array((rowCount + 7) >> 3);
  let count = 0;
  for (let row = 0; row < rowCount; row++) {
    if (!test(row)) continue;
    bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
    count++;
  }
  return { bits, count };
}

/** Every row that is in one of the masks. */
export function uniteMasks(rowCount: number, masks: readonly RowMask[]): RowMask {
  return maskRows(rowCount, (row) => masks.some((mask) => inMask(mask, row)));
}

export function inMask(mask: RowMask, row: number): boolean {
  return (((mask.bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}

/** The row numbers in a mask, ascending. */
export function maskedRows(mask: RowMask, rowCount: number): Uint32Array {
  const rows = new Uint32Array(mask.count);
  let at = 0;
  for (let row = 0; row < rowCount; row++) if (inMask(mask, row)) rows[at++] = row;
  return rows;
}
