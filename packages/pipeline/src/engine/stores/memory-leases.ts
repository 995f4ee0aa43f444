import type { LeaseHolder, LeaseStore } from "../lease-store.ts";
import type { LeaseRecord } from "./store-archive.ts";

export interface MemoryLeases {
  readonly leases: LeaseStore;
  records(): readonly LeaseRecord[];
  put(lease: LeaseRecord): boolean;
}

export function openMemoryLeases(): MemoryLeases {
  const held = new Map<string, LeaseRecord>();
  return {
    leases: {
      async claim(resource, claim) {
        const claimed = claimLease(held.get(resource), resource, claim);
        if ("busy" in claimed) return { kind: "busy", by: claimed.busy };
        held.set(resource, claimed);
        return { kind: "claimed", fence: claimed.fence };
      },
      async renew(resource, { fence, nowMs, leaseMs }) {
        const lease = held.get(resource);
        if (lease?.holder == null || lease.fence !== fence) return false;
        held.set(resource, { ...lease, expiresAtMs: nowMs + leaseMs });
        return true;
      },
      async release(resource, fence) {
        const lease = held.get(resource);
        if (lease?.fence === fence) held.set(resource, { ...lease, holder: null });
      },
      find: async (resource) => holderOf(held.get(resource)),
    },
    records: () => [...held.values()],
    put(lease) {
      if (held.has(lease.resource)) return false;
      held.set(lease.resource, { ...lease });
      return true;
    },
  };
}

/** What a claim makes of a lease, as it was stored last. Who holds it still keeps the fence; who held it once gets another. */
export function claimLease(
  lease: LeaseRecord | undefined,
  resource: string,
  { holder, nowMs, leaseMs }: { readonly holder: string; readonly nowMs: number; readonly leaseMs: number },
): LeaseRecord | { readonly busy: LeaseHolder } {
  const by = holderOf(lease);
  const isHeld = by !== undefined && by.expiresAtMs > nowMs;
  if (isHeld && by.holder !== holder) return { busy: by };
  const fence = isHeld ? by.fence : (lease?.fence ?? 0) + 1;
  return { resource, fence, holder, expiresAtMs: nowMs + leaseMs };
}

export const holderOf = (lease: LeaseRecord | undefined): LeaseHolder | undefined =>
  lease?.holder == null ? undefined : { holder: lease.holder, fence: lease.fence, expiresAtMs: lease.expiresAtMs };
