import { coreError } from "../errors/index.ts";
import { expiringZones, toQuarantinePath } from "./lake-path.ts";
import type { LifecycleConfiguration, LifecycleRule } from "./lifecycle-rule.ts";

export interface PlanLifecycle {
  /** Every dataset of the lake. */
  readonly datasets: readonly { readonly zone: string; readonly name: string }[];
  /** The lake's root in its bucket. @default "" (the whole bucket) */
  readonly prefix?: string;
  /** Files that others put into the landing zone. @default 14 */
  readonly landingDays?: number;
  /** Rows that a quality rule split off. Their log stays, so that the next ones can be added. @default 90 */
  readonly quarantineDays?: number;
  /** Versions that were replaced or deleted, in a bucket that keeps them. @default 30 */
  readonly noncurrentDays?: number;
  /** Uploads that were begun and not ended. @default 3 */
  readonly uploadDays?: number;
}

/** What S3 takes in one configuration. */
const maxRules = 1_000;

/**
 * The lifecycle of a lake's bucket. No rule expires or archives a file of a table or of its log, by whatever name: only
 * what lies in the landing zone, data of quarantined rows, versions that are current no more, and uploads never ended.
 * Throws DEFINITION_INVALID for a table in a zone that expires.
 */
export function planLifecycle(plan: PlanLifecycle): LifecycleConfiguration {
  const { datasets, landingDays = 14, quarantineDays = 90, noncurrentDays = 30, uploadDays = 3 } = plan;
  for (const [name, days] of Object.entries({ landingDays, quarantineDays, noncurrentDays, uploadDays })) {
    if (!Number.isSafeInteger(days) || days < 1) throw invalid(`${name} is ${days}. Expected whole days, at least 1.`);
  }
  for (const { zone, name } of datasets) checkZone(zone, name);
  const root = toRoot(plan.prefix ?? "");
  const names = [...new Set(datasets.map(({ name }) => name))].sort();
  const Rules: LifecycleRule[] = [
    expire("snowmelt-landing", `${root}landing/`, landingDays),
    // Of each dataset its data alone: with a log entry that expires, nothing could be added to the table any more.
    ...names.map((name) =>
      expire(`snowmelt-quarantine-${name}`, `${root}${toQuarantinePath(name)}/data/`, quarantineDays),
    ),
    {
      ID: "snowmelt-noncurrent",
      Status: "Enabled",
      Filter: { Prefix: root },
      Expiration: { ExpiredObjectDeleteMarker: true },
      NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays },
    },
    {
      ID: "snowmelt-uploads",
      Status: "Enabled",
      Filter: { Prefix: root },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: uploadDays },
    },
  ];
  if (Rules.length > maxRules) {
    throw invalid(`${names.length} datasets need ${Rules.length} lifecycle rules; S3 takes ${maxRules} a bucket.`);
  }
  return { Rules };
}

function expire(ID: string, Prefix: string, Days: number): LifecycleRule {
  return { ID: ID.slice(0, 255), Status: "Enabled", Filter: { Prefix }, Expiration: { Days } };
}

function checkZone(zone: string, name: string): void {
  if (zone === "" || name === "" || zone.includes("/")) {
    throw invalid(`The table ${JSON.stringify(`${zone}/${name}`)} has no place. Expected a zone and a dataset.`);
  }
  if (!expiringZones.some((expiring) => expiring === zone)) return;
  throw invalid(
    `The table of dataset ${name} is in the zone ${zone}, whose objects expire. Expected a zone of tables, such as raw.`,
  );
}

function toRoot(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, "");
  return trimmed === "" ? "" : `${trimmed}/`;
}

function invalid(message: string): Error {
  return coreError("DEFINITION_INVALID", message);
}
