import { isSnowmeltError } from "@snowmelt/core/errors";
import { memoryObjectStore } from "@snowmelt/core/ports";
import { footerSummary } from "@snowmelt/lake/parquet";
import { describe, expect, test } from "vitest";
import { batchesOf, rowsOf } from "./batches.ts";
import { everyTypeFields, everyTypeRows } from "./every-type.ts";
import { encode, read, storeOf } from "./files.ts";

const rows = everyTypeRows(60);
const small = async (codec: "zstd" | "snappy" | "uncompressed") =>
  (await encode(everyTypeFields, batchesOf(everyTypeFields, rows, [60]), { codec, pageRows: 20 })).bytes;

/** Reads a damaged file: the error's code, or the rows. */
async function outcome(bytes: Uint8Array): Promise<{ code: string } | { rows: unknown }> {
  try {
    return { rows: rowsOf(await read(bytes)) };
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return { code: error.code };
  }
}

describe("a damaged file", () => {
  test("that is cut off anywhere is refused", async () => {
    const bytes = await small("zstd");
    for (let length = 0; length < bytes.length; length += length < bytes.length - 200 ? 37 : 1) {
      expect(await outcome(bytes.subarray(0, length)), `${length} of ${bytes.length} bytes`).toMatchObject({
        code: "PARQUET_CORRUPT",
      });
    }
  });

  test.each(["zstd", "snappy", "uncompressed"] as const)(
    "with a changed byte in a page (%s) never gives other rows",
    async (codec) => {
      const bytes = await small(codec);
      const footerStart = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
      let refused = 0;
      for (let at = 4; at < footerStart; at += 11) {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ 0x55;
        const found = await outcome(damaged);
        if ("rows" in found) expect(found.rows, `byte ${at}`).toStrictEqual(rows);
        else refused++;
      }
      expect(refused).toBeGreaterThan(50);
    },
  );

  test("with a changed byte in the footer fails with an error of ours, or reads", async () => {
    const bytes = await small("zstd");
    const footerStart = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
    for (let at = footerStart; at < bytes.length; at += 3) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      await outcome(damaged);
    }
  });

  test("names itself", async () => {
    const store = await storeOf((await small("zstd")).subarray(0, 500));
    await expect(footerSummary(store, "file.parquet")).rejects.toThrow(/memory:\/\/lake\/file\.parquet .*PAR1/);
    await expect(footerSummary(store, "other.parquet")).rejects.toMatchObject({ code: "PARQUET_MISSING" });
  });

  test("of no Parquet at all is refused", async () => {
    const store = memoryObjectStore();
    await store.put("text", Buffer.from("not a parquet file, but longer than twelve bytes"));
    await store.put("empty", new Uint8Array(0));
    await expect(footerSummary(store, "text")).rejects.toMatchObject({ code: "PARQUET_CORRUPT" });
    await expect(footerSummary(store, "empty")).rejects.toMatchObject({ code: "PARQUET_CORRUPT" });
  });
});
