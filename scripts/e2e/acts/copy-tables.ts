import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openS3Store } from "@snowmelt/lake/s3";
import * as names from "../names.ts";
import type { Stage } from "./act.ts";

/** Tables below a prefix of the lake, as they are, into a folder, where other people's readers find them without AWS. */
export async function copyTables({ aws }: Stage, prefix: string, folder: string): Promise<void> {
  const { endpoint, region, credentials } = aws;
  const place = { bucket: names.lakeBucket, prefix: "tables" };
  await using store = openS3Store({ ...place, endpoint, region, credentials: { ...credentials } });
  for await (const { key } of store.list(prefix)) {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, (await store.get(key)) ?? new Uint8Array());
  }
}
