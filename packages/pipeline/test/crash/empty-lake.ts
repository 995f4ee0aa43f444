import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Landscape } from "../landscape.ts";

/** Forgets all tables and all that runs remember. */
export async function emptyLake(land: Landscape): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of land.store.list("")) keys.push(key);
  for (const key of keys) await land.store.delete(key);
  await rm(join(land.directory, "state"), { recursive: true, force: true });
}
