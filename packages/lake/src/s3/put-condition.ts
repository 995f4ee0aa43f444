import { toS3Answer } from "./s3-error.ts";

/** When an object may be written. */
export type PutCondition =
  | { readonly kind: "always" }
  | { readonly kind: "absent" }
  | { readonly kind: "matches"; readonly etag: string };

export function toConditionHeaders(condition: PutCondition): { IfNoneMatch?: "*"; IfMatch?: string } {
  switch (condition.kind) {
    case "always":
      return {};
    case "absent":
      return { IfNoneMatch: "*" };
    case "matches":
      return { IfMatch: condition.etag };
  }
}

/** Whether S3 says that the condition does not hold: 412, or, for an etag of what is gone, 404. */
export function isRefused(error: unknown, condition: PutCondition): boolean {
  const answer = toS3Answer(error);
  if (!answer || condition.kind === "always") return false;
  return answer.status === 412 || (condition.kind === "matches" && answer.code === "NoSuchKey");
}

/** Metadata of every object, another for every put: by it a put whose answer was lost knows its own work again. */
export const putIdName = "snowmelt-put";
