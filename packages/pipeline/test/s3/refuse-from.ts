import type { FaultProxy } from "../../../lake/test/s3/fault-proxy.ts";

export interface RefusedFrom {
  /** The requests that count: a method and a part of the path, such as `PUT .parquet`. */
  readonly when: string;
  /** The first of them that is refused, from 1. */
  readonly nth: number;
  /** What is refused from then on. */
  readonly refuses: readonly string[];
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export const everything = ["GET", "HEAD", "PUT", "POST", "DELETE"];

/** From the nth request of a kind, S3 answers so, until the proxy is reset. It tells whether it came to that. */
export function refuseFrom(
  proxy: FaultProxy,
  { when, nth, refuses, status, code, message }: RefusedFrom,
): () => boolean {
  let seen = 0;
  const [method = "", part = ""] = when.split(" ");
  proxy.onRequest = (line) => {
    const [own = "", path = ""] = line.split(" ");
    if (own !== method || !path.includes(part) || ++seen !== nth) return;
    const fault = { kind: "answer", status, code, message } as const;
    proxy.plan(...refuses.map((on) => ({ on, fault, times: Number.POSITIVE_INFINITY })));
  };
  return () => seen >= nth;
}
