import { type CompletedPart, CompleteMultipartUploadCommand } from "@aws-sdk/client-s3";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { isRefused, toConditionHeaders } from "./put-condition.ts";
import { headObject } from "./read-object.ts";
import { request } from "./request.ts";
import type { S3Connection } from "./s3-connection.ts";
import { toS3Answer } from "./s3-error.ts";
import type { Upload } from "./upload-parts.ts";
import { isUnclearFailure, type WriteOutcome } from "./write-outcome.ts";

export interface UploadedPart extends CompletedPart {
  readonly PartNumber: number;
  readonly sizeBytes: number;
}

/**
 * Makes an upload visible, if its condition holds. A try whose answer was lost may have ended the upload, which the next
 * one then does not find; and after a 409 S3 may have dropped it: both are outcomes, not failures of the next try.
 */
export async function completeUpload(
  s3: S3Connection,
  upload: Upload,
  parts: readonly UploadedPart[],
): Promise<WriteOutcome> {
  const { key, bucketKey: Key, uploadId: UploadId, condition, signal } = upload;
  const MultipartUpload = { Parts: parts.map(({ sizeBytes: _, ...part }) => part) };
  const MpuObjectSize = parts.reduce((total, part) => total + part.sizeBytes, 0);
  let isUnclear = false;
  let hadConflict = false;
  try {
    return await request(s3, { what: `write ${key}`, signal }, async () => {
      try {
        const input = { ...s3.target, ...toConditionHeaders(condition), Key, UploadId, MultipartUpload };
        const command = new CompleteMultipartUploadCommand({ ...input, MpuObjectSize, ChecksumType: "FULL_OBJECT" });
        return { kind: "written", etag: (await s3.client.send(command)).ETag };
      } catch (error) {
        if (isRefused(error, condition)) return { kind: "refused", isUnclear };
        isUnclear ||= isUnclearFailure(error);
        hadConflict ||= toS3Answer(error)?.status === 409;
        throw error;
      }
    });
  } catch (error) {
    const isDropped = hadConflict && condition.kind === "absent" && isSnowmeltError(error, "STORE_UPLOAD_GONE");
    if (isDropped && (await headObject(s3, { key, policy: "short" }))) return { kind: "refused", isUnclear };
    return { kind: "failed", error, isUnclear };
  }
}
