import { hostname } from "node:os";
import type { Clock, ObjectStore } from "@snowmelt/core/ports";
import { z } from "zod";
import { pipelineError } from "../pipeline-error.ts";
import { isAlive } from "./process-alive.ts";
import { processPlace } from "./process-place.ts";

const Lease = z.object({
  runId: z.string(),
  /** For people. */
  host: z.string(),
  /** Where `pid` is an id: see {@link processPlace}. */
  place: z.string(),
  pid: z.number(),
  renewedAtMs: z.number(),
  released: z.boolean(),
});
type Lease = z.infer<typeof Lease>;

export interface LeaseOptions {
  readonly store: ObjectStore;
  readonly lane: string;
  readonly runId: string;
  readonly clock: Clock;
  /** Without a renewal for this long the holder counts as gone. @default 60_000 */
  readonly expiresAfterMs?: number;
  /** @default that of this process */
  readonly place?: string;
}

/**
 * Keeps two runs of one dataset from working at once. Liveness only: safety is the lane's. Each holder takes the next
 * generation by put-if-absent, so of several that find a stale lease exactly one gets it. A holder whose process is seen to be
 * gone is stale at once; one that cannot be seen, on another machine or in another container, when it was not renewed. Throws
 * DATASET_BUSY naming the holder, or STATE_INVALID naming a lease that cannot be read.
 */
export async function openLease(options: LeaseOptions): Promise<AsyncDisposable> {
  const { store, lane, runId, clock, expiresAfterMs = 60_000, place = await processPlace() } = options;
  const prefix = `leases/${lane}/`;
  const held = await newest(store, prefix);
  if (held && !(await isStale(held.lease, { nowMs: clock.nowMs(), expiresAfterMs, place })))
    throw busy(lane, held.lease);
  const generation = (held?.generation ?? 0) + 1;
  const key = prefix + String(generation).padStart(12, "0");
  const mine = (released: boolean): Uint8Array => {
    const lease: Lease = { runId, host: hostname(), place, pid: process.pid, renewedAtMs: clock.nowMs(), released };
    return new TextEncoder().encode(JSON.stringify(lease));
  };
  const taken = await store.putIfAbsent(key, mine(false));
  const latest = await newest(store, prefix);
  if (taken.status === "exists" || latest?.generation !== generation) throw busy(lane, latest?.lease);
  if (held) await store.delete(prefix + String(held.generation).padStart(12, "0"));
  let renewed: Promise<unknown> = Promise.resolve();
  const renewal = setInterval(() => {
    // A failed renewal only makes the lease look stale sooner; the lane still decides who commits.
    renewed = renewed.then(() => store.put(key, mine(false))).catch(() => undefined);
  }, expiresAfterMs / 3);
  renewal.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(renewal);
      // One that is under way would otherwise land upon the release.
      await renewed;
      await store.put(key, mine(true));
    },
  };
}

async function newest(
  store: ObjectStore,
  prefix: string,
): Promise<{ generation: number; lease: Lease | undefined } | undefined> {
  let last: string | undefined;
  for await (const { key } of store.list(prefix)) last = key;
  if (last === undefined) return undefined;
  const bytes = await store.get(last);
  const parsed = bytes && Lease.safeParse(parseJson(bytes, `${store.uri}/${last}`));
  return { generation: Number(last.slice(prefix.length)), lease: parsed?.success ? parsed.data : undefined };
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw pipelineError(
      "STATE_INVALID",
      `The lease ${path} does not hold JSON, so it cannot be told whether another run works. Delete it when none does.`,
      { cause: error },
    );
  }
}

async function isStale(
  lease: Lease | undefined,
  {
    nowMs,
    expiresAfterMs,
    place,
  }: Required<Pick<LeaseOptions, "expiresAfterMs" | "place">> & { readonly nowMs: number },
): Promise<boolean> {
  if (!lease || lease.released || nowMs - lease.renewedAtMs > expiresAfterMs) return true;
  return lease.place === place && !(await isAlive(lease.pid));
}

const busy = (lane: string, lease: Lease | undefined) =>
  pipelineError(
    "DATASET_BUSY",
    `Another run works on ${lane}${lease ? ` (run ${lease.runId}, process ${lease.pid} on ${lease.host})` : ""}. Wait for it to end, then run again.`,
  );
