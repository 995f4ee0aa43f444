import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Landscape } from "../landscape.ts";

/** `DATABASE.SCHEMA.STAGE` as a lake names it. */
export const internalStage = "AVIATION.PUBLIC.INSIDE";

export const createInternalStage = (land: Landscape): Promise<void> =>
  land.sql(`CREATE OR REPLACE STAGE ${internalStage}`);

/** Names of the files in the stage, as LIST shows them. */
export const stagedFiles = async (land: Landscape): Promise<string[]> =>
  (await land.rows(`LIST @${internalStage}`)).map(([name]) => name ?? "");

/** Does something to the first staged file, below the server's back. */
export async function tamper(land: Landscape, change: (path: string) => Promise<void>): Promise<void> {
  const folder = join(land.server.dataDir, "stages");
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".parquet")).toSorted();
  if (names[0] === undefined) throw new Error("the stage is empty");
  await change(join(folder, names[0]));
}

export const cutInHalf = async (path: string): Promise<void> => truncate(path, (await readFile(path)).length >> 1);

/** As long as it was, and another file. */
export const overwrite = async (path: string): Promise<void> =>
  writeFile(path, new Uint8Array((await readFile(path)).length));
