import { createHmac } from "node:crypto";
import type { ServerClock } from "./clock.ts";
import { equalInConstantTime } from "./tokens.ts";

export interface ChunkPlace {
  readonly queryId: string;
  readonly chunk: number;
}

export type ChunkVerdict =
  | ({ readonly status: "valid" } & ChunkPlace)
  | ({ readonly status: "expired" } & ChunkPlace)
  | { readonly status: "forged" };

/** Makes and reads the presigned URLs of chunks. Whoever holds one may read the chunk: it is a secret. */
export interface ChunkUrls {
  make(origin: string, place: ChunkPlace): string;
  read(url: URL): ChunkVerdict;
}

export function openChunkUrls(signingKey: string, clock: ServerClock, lifetimeSeconds: number): ChunkUrls {
  const sign = ({ queryId, chunk }: ChunkPlace, expires: number) =>
    createHmac("sha256", signingKey).update(`chunk\n${queryId}\n${chunk}\n${expires}`).digest("base64url");
  return {
    make(origin, place) {
      const expires = Math.floor(clock.nowMs() / 1000 + lifetimeSeconds);
      const path = `/results/${place.queryId}/${place.chunk}`;
      return `${origin}${path}?X-Amz-Expires=${expires}&X-Amz-Signature=${sign(place, expires)}`;
    },
    read(url) {
      const parts = /^\/results\/([\w-]+)\/(\d+)$/.exec(url.pathname);
      const expires = Number(url.searchParams.get("X-Amz-Expires"));
      if (parts === null) return { status: "forged" };
      const place = { queryId: parts[1] ?? "", chunk: Number(parts[2]) };
      const signature = url.searchParams.get("X-Amz-Signature") ?? "";
      if (!equalInConstantTime(signature, sign(place, expires))) return { status: "forged" };
      return { status: clock.nowMs() / 1000 < expires ? "valid" : "expired", ...place };
    },
  };
}
