import { z } from "zod";
import { RequestKind } from "./faults.ts";

/** What the server has been asked since it started. */
export const ServerStats = z.object({
  requests: z.partialRecord(RequestKind, z.number()),
  receivedBytes: z.number(),
  sentBytes: z.number(),
  /** How often each chunk was asked for, whatever came of it. */
  chunkFetches: z.array(z.object({ queryId: z.string(), chunk: z.number(), fetches: z.number() })),
});
export type ServerStats = z.infer<typeof ServerStats>;

export interface StatsCounter {
  countRequest(kind: RequestKind, receivedBytes: number): void;
  countSent(bytes: number): void;
  countChunk(queryId: string, chunk: number): void;
  read(): ServerStats;
}

export function openStatsCounter(): StatsCounter {
  const requests: Partial<Record<RequestKind, number>> = {};
  const chunks = new Map<string, { queryId: string; chunk: number; fetches: number }>();
  let receivedBytes = 0;
  let sentBytes = 0;
  return {
    countRequest(kind, bytes) {
      requests[kind] = (requests[kind] ?? 0) + 1;
      receivedBytes += bytes;
    },
    countSent(bytes) {
      sentBytes += bytes;
    },
    countChunk(queryId, chunk) {
      const key = `${queryId}/${chunk}`;
      const entry = chunks.get(key) ?? { queryId, chunk, fetches: 0 };
      chunks.set(key, { ...entry, fetches: entry.fetches + 1 });
    },
    read: () => ({ requests: { ...requests }, receivedBytes, sentBytes, chunkFetches: [...chunks.values()] }),
  };
}
