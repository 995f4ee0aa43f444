import type { Secret } from "@snowmelt/core/ports";

export interface PostRequest {
  /** Who has it may often send: it is shown nowhere. */
  readonly url: Secret;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the first look-up to the answer's end. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type PostReply =
  | { readonly kind: "answered"; readonly status: number; readonly retryAfter?: string; readonly body: string }
  /** Nothing went over the wire. */
  | { readonly kind: "forbidden"; readonly reason: string }
  /** It may have been received all the same. */
  | { readonly kind: "failed"; readonly reason: string };

/** Sends JSON to an address that somebody else named. Throws only the signal's reason. */
export type Post = (request: PostRequest) => Promise<PostReply>;
