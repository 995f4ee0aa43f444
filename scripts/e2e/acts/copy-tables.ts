import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as names from "../names.ts";
import { openBucket, type Stage } from "./act.ts";

/** Tables below a prefix of the lake, as they are, into a folder, where other people's readers find them without AWS. */
export async function copyTables(stage: Stage, prefix: string, folder: string): Promise<void> {
  await using store = openBucket(stage, names.lakeBucket, "tables");
  for await (const { key } of store.list(prefix)) {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, (await store.get(key)) ?? new Uint8Array());
  }
}
