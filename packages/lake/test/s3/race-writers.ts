import type { S3Store } from "@snowmelt/lake/s3";
import { expect } from "vitest";
import { utf8 } from "./open-faulty-bucket.ts";

export const toText = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

/** Writers of one key, spread over the stores; returns those that were told that they created. */
export async function race(stores: readonly S3Store[], key: string, writers: number): Promise<number[]> {
  const put = async (writer: number): Promise<number[]> => {
    const store = stores[writer % stores.length];
    const result = await store?.putIfAbsent(key, utf8(`writer ${writer}`));
    return result?.status === "created" ? [writer] : [];
  };
  return (await Promise.all(Array.from({ length: writers }, (_, writer) => put(writer)))).flat();
}

/** 50 writers, round after round: one creates, and its bytes are there. */
export async function expectOneWinner(stores: readonly S3Store[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const winners = await race(stores, `round/${round}`, 50);
    expect(winners).toHaveLength(1);
    expect(toText(await stores[0]?.get(`round/${round}`))).toBe(`writer ${winners[0]}`);
  }
}
