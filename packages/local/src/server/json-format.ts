import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeChunks } from "./chunk-writer.ts";
import type { ResultFormat } from "./result-format.ts";

const INLINE_FILE = "inline.json";
const ROWS_FILE = "rows.jsonl";

/** Results as JSON text: `rowset` in the reply, and chunks of rows joined by commas without outer brackets. */
export const jsonFormat: ResultFormat = {
  name: "json",
  chunkContentType: "binary/octet-stream",
  async write(statement, folder, options) {
    const rowsPath = join(folder, ROWS_FILE);
    await statement.writeJsonRows(rowsPath);
    const { inline, inlineRows, chunks } = await writeChunks(rowsPath, folder, options);
    const rows = inlineRows + chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
    if (rows !== statement.rowCount)
      throw new Error(`the engine announced ${statement.rowCount} rows and wrote ${rows}`);
    await writeFile(join(folder, INLINE_FILE), inline);
    await rm(rowsPath);
    return { inlineRows, chunks };
  },
  async readInline(folder) {
    return { rowset: JSON.parse(`[${await readFile(join(folder, INLINE_FILE), "utf8")}]`) };
  },
};
