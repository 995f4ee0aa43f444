import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { S3StoreOptions } from "@snowmelt/lake/s3";
import { expect } from "vitest";
import { type FaultyBucket, minPartBytes } from "./open-faulty-bucket.ts";

const objectBytes = 24 * 256 * 1024;

/** Kills writers at many moments, looks at every object after each, and sweeps; returns uploads that were left. */
export async function expectUploadsOnlyAfterKills(faulty: FaultyBucket, kills: number): Promise<number> {
  const options = { ...faulty.lake.options, endpoint: faulty.proxy.endpoint, partBytes: minPartBytes, prefix: "crash" };
  const store = faulty.lake.open({ prefix: "crash" });
  const seen = new Set<string>();
  for (let kill = 0; kill < kills; kill++) {
    // Of the five requests of an upload each is the last one by turns, whatever the machine's speed.
    await killWriterAt(faulty, options, {
      name: String.fromCharCode(97 + (kill % 26)),
      requests: 1 + ((kill * 7) % 23),
    });
    for await (const { key, sizeBytes } of store.list("")) {
      expect(sizeBytes).toBe(objectBytes);
      if (seen.has(key)) continue;
      if (key !== "replaced") seen.add(key);
      const bytes = Buffer.from((await store.get(key)) ?? []);
      expect(bytes.equals(Buffer.alloc(objectBytes, bytes.subarray(0, 1)))).toBe(true);
    }
  }
  const left = (await faulty.unfinished()).length;
  expect(seen.size).toBeGreaterThan(0);
  expect(await store.sweepUploads({ olderThanMs: 60 * 60 * 1000 })).toEqual({ aborted: 0, kept: left });
  expect(await store.sweepUploads({ olderThanMs: -60_000, prefix: "replaced" })).toMatchObject({ kept: 0 });
  const rest = (await faulty.unfinished()).length;
  expect(await store.sweepUploads({ olderThanMs: -60_000 })).toEqual({ aborted: rest, kept: 0 });
  expect(await faulty.unfinished()).toEqual([]);
  return left;
}

/** Kills the writer when S3 has seen so many of its requests, and does not answer the last. */
async function killWriterAt(
  { proxy }: FaultyBucket,
  options: S3StoreOptions,
  { name, requests }: { readonly name: string; readonly requests: number },
): Promise<void> {
  const script = join(import.meta.dirname, "killed-s3-writer.ts");
  const child = spawn(process.execPath, ["--conditions=@snowmelt/source", script, JSON.stringify(options), name], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(child, "exit");
  let left = requests;
  proxy.onRequest = () => {
    if (--left === 0) child.kill("SIGKILL");
  };
  await exited;
  proxy.onRequest = () => undefined;
}
