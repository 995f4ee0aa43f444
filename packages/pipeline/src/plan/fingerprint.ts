import { createHash } from "node:crypto";
import { canonicalJson, type Dataset } from "@snowmelt/core/definition";
import type { DescribedTable } from "@snowmelt/snowflake";
import { z } from "zod";

/**
 * What a full refresh read: the source's last change and row count, both from before the snapshot, and how it was asked to
 * land. Equal fingerprints mean that another refresh would land the same rows.
 */
export const Fingerprint = z.object({ lastAlteredMicros: z.string(), rowCount: z.string(), datasetHash: z.string() });
export type Fingerprint = z.infer<typeof Fingerprint>;

/**
 * Null for a source that does not say when it was altered, and where a change may have gone by unseen: LAST_ALTERED counts
 * milliseconds, so one in the same millisecond as the last is told apart only when the snapshot is later.
 */
export function fingerprintAt(
  dataset: Dataset,
  described: DescribedTable | undefined,
  snapshotMicros: bigint,
): Fingerprint | null {
  const { lastAlteredMicros, rowCount } = described ?? {};
  if (lastAlteredMicros === undefined || rowCount === undefined || described?.table.kind === "view") return null;
  if (lastAlteredMicros + 1000n > snapshotMicros) return null;
  return {
    lastAlteredMicros: String(lastAlteredMicros),
    rowCount: String(rowCount),
    datasetHash: datasetHash(dataset),
  };
}

const datasetHash = (dataset: Dataset): string => createHash("sha256").update(canonicalJson(dataset)).digest("hex");
