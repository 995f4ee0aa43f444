import type { ObjectStore } from "@snowmelt/core/ports";
import { z } from "zod";
import type { LeaseStore } from "../lease-store.ts";
import { type DocumentLog, openDocumentLog } from "./document-log.ts";
import { claimLease, holderOf } from "./memory-leases.ts";
import type { LeaseRecord } from "./store-archive.ts";

const LeaseSchema: z.ZodType<LeaseRecord> = z.strictObject({
  resource: z.string(),
  fence: z.int(),
  holder: z.string().nullable(),
  expiresAtMs: z.number(),
});

export const openLeaseLog = (objects: ObjectStore): DocumentLog<LeaseRecord> =>
  openDocumentLog(objects, "leases", LeaseSchema);

export function openFileLeases(log: DocumentLog<LeaseRecord>): LeaseStore {
  /** Again where another was faster; false where `next` has nothing to change. */
  const change = async (resource: string, next: (lease: LeaseRecord) => LeaseRecord | undefined): Promise<boolean> => {
    for (;;) {
      const stored = await log.read(resource);
      const value = stored && next(stored.value);
      if (!stored || !value) return false;
      if (await log.write({ name: resource, before: stored.version, value })) return true;
    }
  };
  return {
    async claim(resource, claim) {
      for (;;) {
        const stored = await log.read(resource);
        const claimed = claimLease(stored?.value, resource, claim);
        if ("busy" in claimed) return { kind: "busy", by: claimed.busy };
        if (await log.write({ name: resource, before: stored?.version ?? 0, value: claimed })) {
          return { kind: "claimed", fence: claimed.fence };
        }
      }
    },
    renew: (resource, { fence, nowMs, leaseMs }) =>
      change(resource, (lease) =>
        lease.fence === fence && lease.holder !== null ? { ...lease, expiresAtMs: nowMs + leaseMs } : undefined,
      ),
    async release(resource, fence) {
      await change(resource, (lease) =>
        lease.fence === fence && lease.holder !== null ? { ...lease, holder: null } : undefined,
      );
    },
    find: async (resource) => holderOf((await log.read(resource))?.value),
  };
}
