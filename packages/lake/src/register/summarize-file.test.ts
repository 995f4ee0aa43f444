import { memoryObjectStore } from "@snowmelt/core/ports";
import type { Field, Value } from "@snowmelt/core/types";
import { describe, expect, it } from "vitest";
import { toBatch } from "../../test/table-rows.ts";
import { openParquetEncoder, type ParquetFooter, readFooter } from "../parquet/index.ts";
import { summarizeFile } from "./summarize-file.ts";

type Statistics = NonNullable<ParquetFooter["rowGroups"][number]["chunks"][number]["statistics"]>;

/** A file with its footer, whose statistics of each row group another writer got wrong. */
async function fileOf(
  type: Field["type"],
  values: readonly Value[],
  { rowGroupRows, change }: { rowGroupRows: number; change?: (held: Statistics) => Statistics | undefined },
) {
  const fields: readonly Field[] = [{ name: "X", type, nullable: true }];
  const store = memoryObjectStore();
  const encoder = openParquetEncoder(fields, { rowGroupRows });
  const parts = [
    ...encoder.append(
      toBatch(
        fields,
        values.map((value) => [value]),
      ),
    ),
    ...encoder.finish().parts,
  ];
  await store.put("x", Buffer.concat(parts));
  const footer = await readFooter(store, "x");
  const rowGroups = footer.rowGroups.map((group) => ({
    ...group,
    chunks: group.chunks.map((chunk) => ({
      ...chunk,
      statistics: chunk.statistics && change ? change(chunk.statistics) : chunk.statistics,
    })),
  }));
  const { columns } = await summarizeFile(store, { ...footer, rowGroups }, { fields });
  return columns[0];
}

const decimal: Field["type"] = { kind: "decimal", precision: 38, scale: 0 };

describe("what a footer proves of a column", () => {
  it("is its bounds over all row groups", async () => {
    expect(await fileOf(decimal, [5n, -7n, 1n, null], { rowGroupRows: 2 })).toEqual({
      name: "X",
      nullCount: 1,
      nanCount: 0,
      min: -7n,
      max: 5n,
      isMinExact: true,
      isMaxExact: true,
    });
  });

  it("is nothing where decimals were compared as if none were negative", async () => {
    // Of -100 and 3, the byte-wise least is 3 and the greatest -100; the other row group hides it in the total.
    const swapped = (held: Statistics): Statistics => ({ ...held, min: held.max, max: held.min });
    const found = await fileOf(decimal, [-100n, 3n, -5n, 10n], { rowGroupRows: 2, change: swapped });
    expect(found).toMatchObject({ min: null, max: null, isMinExact: false, isMaxExact: false, nullCount: 0 });
    const days = await fileOf({ kind: "date" }, [3, 9, null], { rowGroupRows: 10, change: swapped });
    expect(days, "times are read, for they have to be of some years").toMatchObject({ min: 3, max: 9, nullCount: 1 });
  });

  it("is no bounds of floats, for a footer does not tell of NaN", async () => {
    expect(await fileOf({ kind: "float64" }, [1, 2, null], { rowGroupRows: 10 })).toEqual({
      name: "X",
      nullCount: 1,
      nanCount: 0,
      min: null,
      max: null,
      isMinExact: false,
      isMaxExact: false,
    });
  });

  it("is read from the column where it does not count its NULLs", async () => {
    const uncounted = (held: Statistics): Statistics => ({ ...held, nullCount: undefined });
    expect(await fileOf(decimal, [1n, null, 3n], { rowGroupRows: 10, change: uncounted })).toMatchObject({
      nullCount: 1,
      min: 1n,
      max: 3n,
    });
  });
});
