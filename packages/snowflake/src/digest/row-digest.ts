import { hash } from "node:crypto";

/**
 * The sums of both halves of every row's MD5: rows in any order have the same, and one that is changed, lost or there twice
 * changes it. Not against those who would forge it.
 */
export interface RowDigest {
  readonly rowCount: bigint;
  readonly upper: bigint;
  readonly lower: bigint;
}

/** As it is told in checks: equal texts are equal digests. */
export const rowDigestText = ({ rowCount, upper, lower }: RowDigest): string =>
  `${rowCount} rows, ${upper.toString(16)}-${lower.toString(16)}`;

/** The statement that digests rows: `rows` gives them, each as one text called `ROW`. Pure. */
export const digestStatement = (rows: string): string =>
  [
    'SELECT TO_VARCHAR(COUNT(*)) AS "ROWS",',
    '  TO_VARCHAR(SUM(MD5_NUMBER_UPPER64(r."ROW"))) AS "UPPER",',
    '  TO_VARCHAR(SUM(MD5_NUMBER_LOWER64(r."ROW"))) AS "LOWER"',
    `FROM (\n${rows}\n) AS r`,
  ].join("\n");

/** Digests rows here: the same as the statement's, of the same texts. */
export interface RowDigester {
  add(rowText: string): void;
  /** Of the rows since it was last taken. */
  take(): RowDigest;
}

/** Sums of words stay exact in a number for this many rows: 2^32 × 2^20 is below 2^53. */
const exactRows = 1 << 20;

export function openRowDigester(): RowDigester {
  const sums = new Float64Array(4);
  let [rowCount, upper, lower] = [0n, 0n, 0n];
  let inSums = 0;
  const carry = (): void => {
    // The first eight bytes of an MD5 are its upper half, the most significant of them first.
    upper += (BigInt(sums[0] ?? 0) << 32n) + BigInt(sums[1] ?? 0);
    lower += (BigInt(sums[2] ?? 0) << 32n) + BigInt(sums[3] ?? 0);
    rowCount += BigInt(inSums);
    sums.fill(0);
    inSums = 0;
  };
  return {
    add(rowText) {
      // A character a byte: no buffer is made for each row.
      const bytes = hash("md5", rowText, "binary");
      for (let word = 0; word < 4; word++) sums[word] = (sums[word] ?? 0) + wordAt(bytes, word * 4);
      if (++inSums === exactRows) carry();
    },
    take() {
      carry();
      const digest = { rowCount, upper, lower };
      [rowCount, upper, lower] = [0n, 0n, 0n];
      return digest;
    },
  };
}

const wordAt = (bytes: string, at: number): number =>
  ((bytes.charCodeAt(at) << 24) |
    (bytes.charCodeAt(at + 1) << 16) |
    (bytes.charCodeAt(at + 2) << 8) |
    bytes.charCodeAt(at + 3)) >>>
  0;
