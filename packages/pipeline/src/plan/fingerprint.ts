import { createHash } from "node:crypto";
import { canonicalJson, type Dataset } from "@snowmelt/core/definition";
import { z } from "zod";

/**
 * What a full refresh read: the source's last change and row count, both from before the snapshot, and how it was asked to
 * land. Equal fingerprints mean that another refresh would land the same rows.
 */
export const Fingerprint = z.object({ lastAlteredMicros: z.string(), rowCount: z.string(), datasetHash: z.string() });
export type Fingerprint = z.infer<typeof Fingerprint>;

export const sameFingerprint = (a: Fingerprint, b: Fingerprint): boolean => canonicalJson(a) === canonicalJson(b);

export const datasetHash = (dataset: Dataset): string =>
  createHash("sha256").update(canonicalJson(dataset)).digest("hex");
