import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectStore } from "@snowmelt/core/ports";
import { parseSchemaString, readHistory, readSnapshot } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { describe, expect, it } from "vitest";
import { plainSnapshot } from "./delta-log.ts";

const golden = join(import.meta.dirname, "golden", "delta-rs");
const tables = readdirSync(golden, { withFileTypes: true }).filter((entry) => entry.isDirectory());

interface Expected {
  readonly version: number;
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly rows: number;
  readonly schema: { readonly fields: unknown };
  readonly partitionColumns: string[];
  readonly files: { path: string; size: number; numRecords: number; partition: Record<string, string | null> }[];
  readonly transactions: Record<string, number>;
}

describe.each(tables.map(({ name }) => name))("the golden table %s", (name) => {
  const store = openFileStore(golden);
  const expected = JSON.parse(readFileSync(join(golden, `${name}.expected.json`), "utf8")) as Expected;

  it("replays to the state that its writer sees", async () => {
    const snapshot = await readSnapshot({ store, path: name });
    expect(snapshot).toMatchObject({
      version: expected.version,
      protocol: { minReaderVersion: expected.minReaderVersion, minWriterVersion: expected.minWriterVersion },
      metaData: { partitionColumns: expected.partitionColumns },
    });
    expect(parseSchemaString(snapshot?.metaData.schemaString ?? "")).toEqual(expected.schema.fields);
    const files = [...(snapshot?.files.values() ?? [])].map((add) => ({
      path: add.path,
      size: add.size,
      numRecords: JSON.parse(add.stats ?? "{}").numRecords,
      partition: add.partitionValues,
    }));
    expect(files.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(expected.files);
    expect(files.reduce((rows, { numRecords }) => rows + numRecords, 0)).toBe(expected.rows);
  });

  it("names files that are there, under their decoded keys", async () => {
    const snapshot = await readSnapshot({ store, path: name });
    for (const [key, add] of snapshot?.files ?? []) {
      expect(await store.head(`${name}/${key}`)).toMatchObject({ sizeBytes: add.size });
    }
  });

  it("has a history without gaps, newest first", async () => {
    const versions: number[] = [];
    for await (const { version, commitInfo } of readHistory({ store, path: name })) {
      versions.push(version);
      expect(commitInfo?.engineInfo).toMatch(/^delta-rs/);
    }
    expect(versions).toEqual(Array.from({ length: expected.version + 1 }, (_, index) => expected.version - index));
  });
});

it("holds transaction versions to the last of 64 bits", async () => {
  const snapshot = await readSnapshot({ store: openFileStore(golden), path: "history" });
  expect(snapshot?.txns.get("app/one")).toMatchObject({ version: 42n, committedIn: 3 });
  expect(snapshot?.txns.get("app/two")).toMatchObject({ version: 9223372036854775807n, committedIn: 1 });
});

describe("the checkpoint of another writer", () => {
  const copied = async (change: (store: ObjectStore) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), "snowmelt-golden-"));
    try {
      await cp(join(golden, "checkpoint"), join(folder, "checkpoint"), { recursive: true });
      const store = openFileStore(folder);
      await change(store);
      return plainSnapshot(await readSnapshot({ store, path: "checkpoint" }));
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const logKey = (name: string): string => `checkpoint/_delta_log/${name}`;
  const deleteEntries = async (store: ObjectStore, versions: readonly number[]): Promise<void> => {
    for (const version of versions) await store.delete(logKey(`${String(version).padStart(20, "0")}.json`));
  };

  it("gives the state that all JSON entries give", async () => {
    const fromCheckpoint = await copied((store) => deleteEntries(store, [0, 1, 2]));
    const fromEntries = await copied(async (store) => {
      await store.delete(logKey("_last_checkpoint"));
      await store.delete(logKey("00000000000000000003.checkpoint.parquet"));
    });
    expect(fromCheckpoint?.files).toHaveLength(5);
    expect(fromCheckpoint).toEqual(fromEntries);
  });

  it("is refused by name when it is damaged and alone holds the beginning", async () => {
    const damaged = copied(async (store) => {
      await deleteEntries(store, [0, 1, 2]);
      await store.put(logKey("00000000000000000003.checkpoint.parquet"), new Uint8Array(100));
    });
    await expect(damaged).rejects.toMatchObject({ code: "PARQUET_CORRUPT", message: expect.stringContaining("PAR1") });
  });
});
