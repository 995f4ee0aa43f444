import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeChunks } from "./chunk-writer.ts";
import { chunkFile } from "./result-format.ts";

describe("cutting a result into chunks", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "snowmelt-chunks-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function cut(
    rows: readonly unknown[],
    sizes: Parameters<typeof writeChunks>[2]["sizes"],
    signal = new AbortController().signal,
  ) {
    const path = join(folder, "rows.jsonl");
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)},\n`).join(""));
    return writeChunks(path, folder, { sizes, signal });
  }

  it("keeps every row, once and in order, whatever the sizes", async () => {
    const row = fc.array(fc.option(fc.string({ unit: "binary" })), { minLength: 1, maxLength: 3 });
    const bytes = fc.integer({ min: 1, max: 400 });
    const sizes = fc.record({
      inlineRows: fc.integer({ min: 0, max: 20 }),
      inlineBytes: fc.integer({ min: 0, max: 400 }),
      firstChunkBytes: bytes,
      maxChunkBytes: bytes,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60 }), sizes, async (rows, chosen) => {
        const written = await cut(rows, chosen);
        const read: unknown[] = JSON.parse(`[${written.inline.toString()}]`);
        expect(read).toHaveLength(written.inlineRows);
        expect(written.inlineRows).toBeLessThanOrEqual(chosen.inlineRows);
        for (const [index, chunk] of written.chunks.entries()) {
          const stored = await readFile(join(folder, chunkFile(index)));
          const text = gunzipSync(stored);
          expect([stored.length, text.length]).toEqual([chunk.compressedBytes, chunk.uncompressedBytes]);
          const chunkRows: unknown[] = JSON.parse(`[${text.toString()}]`);
          expect(chunkRows).toHaveLength(chunk.rowCount);
          read.push(...chunkRows);
        }
        expect(read).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it("stops when it is told to", async () => {
    const sizes = { inlineRows: 0, inlineBytes: 0, firstChunkBytes: 10, maxChunkBytes: 10 };
    await expect(cut([["a"], ["b"]], sizes, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  });

  it("refuses a file whose last row is not whole", async () => {
    const path = join(folder, "torn.jsonl");
    await writeFile(path, '["a"],\n["b');
    const sizes = { inlineRows: 0, inlineBytes: 0, firstChunkBytes: 100, maxChunkBytes: 100 };
    await expect(writeChunks(path, folder, { sizes, signal: new AbortController().signal })).rejects.toThrow(
      "line feed",
    );
  });
});
