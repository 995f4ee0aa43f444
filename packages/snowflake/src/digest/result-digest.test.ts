import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openResultDigester } from "./result-digest.ts";
import { openRowDigester } from "./row-digest.ts";

const md5Of = (text: string): Buffer => createHash("md5").update(text, "utf8").digest();

/** The row's text as the statement makes it. */
const rowText = (row: readonly (string | null)[]): string =>
  row
    .map((cell) => {
      if (cell === null) return "N";
      return [...cell].length > 4096 ? `M${md5Of(cell).toString("hex")}` : `V${cell}`;
    })
    .map((part) => `${part}\u001f`)
    .join("");

function expectedOf(rows: readonly (readonly (string | null)[])[]) {
  const digests = rows.map((row) => md5Of(rowText(row)));
  return {
    rowCount: BigInt(rows.length),
    upper: digests.reduce((sum, digest) => sum + digest.readBigUInt64BE(0), 0n),
    lower: digests.reduce((sum, digest) => sum + digest.readBigUInt64BE(8), 0n),
  };
}

const cells = fc.option(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ maxLength: 200 }),
    fc.constantFrom("", "ü", "😀", "x".repeat(4096), "x".repeat(4097), "😀".repeat(4096), "é".repeat(4097)),
  ),
);

describe("a digest of a result", () => {
  test("is the sum of the MD5 of each row's text, whatever the texts", () => {
    fc.assert(
      fc.property(fc.array(fc.array(cells, { minLength: 1, maxLength: 6 }), { maxLength: 20 }), (rows) => {
        const digester = openResultDigester();
        digester.add(rows);
        expect(digester.take()).toEqual(expectedOf(rows));
        expect(digester.take()).toEqual({ rowCount: 0n, upper: 0n, lower: 0n });
      }),
      { numRuns: 300 },
    );
  });

  test("changes when a row is lost and another doubled", () => {
    const rows = [["a1"], ["a2"], ["a3"]];
    const [whole, doubled] = [openResultDigester(), openResultDigester()];
    whole.add(rows);
    doubled.add([["a1"], ["a1"], ["a2"]]);
    expect(whole.take()).not.toEqual(doubled.take());
  });

  test("is right for every length around a block's end", () => {
    const digester = openRowDigester();
    for (let length = 0; length < 300; length++) {
      const text = "a".repeat(length);
      digester.add(text);
      const [upper, lower] = [md5Of(text).readBigUInt64BE(0), md5Of(text).readBigUInt64BE(8)];
      expect(digester.take()).toEqual({ rowCount: 1n, upper, lower });
    }
  });
});
