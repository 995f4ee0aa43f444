import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryObjectStore } from "@snowmelt/core/ports";
import { objectStoreContract } from "@snowmelt/core/ports/testing";
import { openFileStore } from "@snowmelt/lake/store";
import { afterAll, describe, it } from "vitest";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

describe("memory object store", () => {
  for (const { name, run } of objectStoreContract(async () => memoryObjectStore())) it(name, run);
});

describe("file object store", () => {
  const open = async () => {
    const folder = await mkdtemp(join(tmpdir(), "snowmelt-store-"));
    folders.push(folder);
    return openFileStore(join(folder, "lake"));
  };
  for (const { name, run } of objectStoreContract(open)) it(name, run);
});
