import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type ObjectStore, systemClock } from "@snowmelt/core/ports";
import { openFileStore } from "@snowmelt/lake/store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLease } from "./lease.ts";
import { processPlace } from "./process-place.ts";

let directory: string;
let store: ObjectStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "snowmelt-lease-"));
  store = openFileStore(directory);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const lane = "snowmelt/local/p/orders/live";
const key = `leases/${lane}/000000000001`;
const open = (over: Partial<Parameters<typeof openLease>[0]> = {}) =>
  openLease({ store, lane, runId: "r", clock: systemClock, ...over });

async function heldBy(pid: number, place: string): Promise<void> {
  const lease = { runId: "other", host: "same-name", place, pid, renewedAtMs: systemClock.nowMs(), released: false };
  await store.put(key, new TextEncoder().encode(JSON.stringify(lease)));
}

async function goneProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.on("close", resolve));
  return child.pid ?? 0;
}

/** A process that has ended and that its parent never asks after: the shell became one that knows of no child. */
async function zombie(): Promise<{ readonly pid: number; end(): void }> {
  const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(parent.stdout, "data");
  const pid = Number(String(line));
  while (!(await readFile(`/proc/${pid}/stat`, "utf8")).includes(") Z ")) await setTimeout(10);
  return { pid, end: () => void parent.kill("SIGKILL") };
}

describe("a lease", () => {
  test("that is held is refused with who holds it, and free when it was given back", async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: "DATASET_BUSY", retryable: true });
    await first[Symbol.asyncDispose]();
    await (await open())[Symbol.asyncDispose]();
  });

  test("of a process of this place that is gone is taken at once", async () => {
    await heldBy(await goneProcess(), await processPlace());
    await (await open())[Symbol.asyncDispose]();
  });

  test.runIf(process.platform === "linux")("of a process that was killed and not reaped is taken at once", async () => {
    const { pid, end } = await zombie();
    try {
      expect(process.kill(pid, 0)).toBe(true);
      await heldBy(pid, await processPlace());
      await (await open())[Symbol.asyncDispose]();
    } finally {
      end();
    }
  });

  test("of a living process of this place is held", async () => {
    await heldBy(process.pid, await processPlace());
    await expect(open()).rejects.toMatchObject({ code: "DATASET_BUSY" });
  });

  test("of a process of another place is held, although no process has its id here", async () => {
    await heldBy(await goneProcess(), "another boot pid:[1]");
    await expect(open()).rejects.toMatchObject({ code: "DATASET_BUSY" });
  });

  test("that was not renewed is taken, wherever its holder is", async () => {
    await heldBy(process.pid, "another boot pid:[1]");
    const later = { ...systemClock, nowMs: () => systemClock.nowMs() + 60_001 };
    await (await open({ clock: later }))[Symbol.asyncDispose]();
  });

  test("that is given back while a renewal is under way stays given back", async () => {
    let finishRenewal = (): void => {};
    let renewing = (): void => {};
    const isRenewing = new Promise<void>((resolve) => {
      renewing = resolve;
    });
    const slow: ObjectStore = {
      ...store,
      async put(to, body) {
        const isRelease = new TextDecoder().decode(body as Uint8Array).includes('"released":true');
        if (!isRelease) {
          renewing();
          await new Promise<void>((resolve) => {
            finishRenewal = resolve;
          });
        }
        return store.put(to, body);
      },
    };
    const lease = await open({ store: slow, expiresAfterMs: 30 });
    await isRenewing;
    const released = lease[Symbol.asyncDispose]();
    finishRenewal();
    await released;
    const held = await store.get(key);
    expect(JSON.parse(new TextDecoder().decode(held))).toMatchObject({ released: true });
  });

  test("whose file is broken is named, with what to do", async () => {
    await store.put(key, new TextEncoder().encode('{"runId":'));
    await expect(open()).rejects.toMatchObject({ code: "STATE_INVALID", message: expect.stringContaining(key) });
    await expect(open()).rejects.toThrow("Delete it");
  });
});
