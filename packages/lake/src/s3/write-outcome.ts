import type { ObjectMeta } from "@snowmelt/core/ports";
import { headObject } from "./read-object.ts";
import type { S3Connection } from "./s3-connection.ts";
import { toS3Answer } from "./s3-error.ts";

/** What the request that makes an object visible came to. `unclear` is said before the object itself was asked. */
export type WriteOutcome =
  | { readonly kind: "written"; readonly etag: string | undefined }
  | { readonly kind: "refused"; readonly isUnclear: boolean }
  | { readonly kind: "failed"; readonly error: unknown; readonly isUnclear: boolean };

export interface WrittenObject {
  readonly key: string;
  readonly putId: string;
  readonly sizeBytes: number;
}

/** Whether a failed request may have done its work all the same: no answer came, or one about a fault of S3. */
export function isUnclearFailure(error: unknown): boolean {
  const answer = toS3Answer(error);
  return answer === undefined || answer.status >= 500 || answer.status < 300;
}

/**
 * The meta of what was written, or undefined where the condition does not hold. Where a try before may have done its work
 * the object is asked whose it is, so that a winner is never told that it lost. Rejects with the failure otherwise.
 */
export async function resolveOutcome(
  s3: S3Connection,
  write: WrittenObject,
  outcome: WriteOutcome,
): Promise<ObjectMeta | undefined> {
  const { key, sizeBytes } = write;
  switch (outcome.kind) {
    case "written": {
      const { etag } = outcome;
      return { key, sizeBytes, modifiedAtMs: s3.clock.nowMs(), ...(etag === undefined ? {} : { etag }) };
    }
    case "refused":
      return outcome.isUnclear ? findOwnWork(s3, write, "full") : undefined;
    case "failed": {
      if (!outcome.isUnclear) throw outcome.error;
      const own = await findOwnWork(s3, write, "short").catch(() => undefined);
      if (own) return own;
      throw outcome.error;
    }
  }
}

/** What is there, if this very put wrote it. */
async function findOwnWork(
  s3: S3Connection,
  { key, putId }: WrittenObject,
  policy: "full" | "short",
): Promise<ObjectMeta | undefined> {
  const found = await headObject(s3, { key, policy });
  return found?.putId === putId ? found.meta : undefined;
}
