import { resolve } from "node:path";
import { type ObjectVersions, systemClock, systemRandom } from "@snowmelt/core/ports";
import type { DeltaTable } from "@snowmelt/lake/delta";
import type * as Maintain from "@snowmelt/lake/maintain";
import type * as Plain from "@snowmelt/lake/plain";
import type * as Read from "@snowmelt/lake/read";
import type { CliConfig } from "./config.ts";

/** A table at an address, and what belongs to it. */
export interface OpenedTable {
  readonly table: DeltaTable | Plain.PlainTable;
  /** Where the rows that its rules set aside are, if the lake has a place for them. */
  readonly quarantine: DeltaTable | undefined;
  /** What the bucket keeps of deleted objects; undefined for a folder. */
  readonly versions: ObjectVersions | undefined;
}

/** What the commands ask of `@snowmelt/lake`. */
export interface LakeEngine {
  /** The address is a folder, `file://…` or `s3://bucket/prefix`; what is there decides which kind of table it is. */
  openTable(address: string, cwd: string, signal: AbortSignal): Promise<OpenedTable>;
  readonly describePlainTable: typeof Plain.describePlainTable;
  readonly sweepPlainTable: typeof Plain.sweepPlainTable;
  readonly describeTable: typeof Read.describeTable;
  readonly compactTable: typeof Maintain.compactTable;
  readonly vacuumTable: typeof Maintain.vacuumTable;
  readonly restoreTable: typeof Maintain.restoreTable;
  readonly eraseRows: typeof Maintain.eraseRows;
}

/** Loads the lake. Buckets are reached as the environment says, `AWS_ENDPOINT_URL` included. */
export async function openLakeEngine({ lake }: Pick<CliConfig, "lake">): Promise<LakeEngine> {
  const { openStore } = await import("@snowmelt/lake/store");
  const { openDeltaTable } = await import("@snowmelt/lake/delta");
  const { describePlainTable, openTableAt, sweepPlainTable } = await import("@snowmelt/lake/plain");
  const { describeTable } = await import("@snowmelt/lake/read");
  const { compactTable, vacuumTable, restoreTable, eraseRows } = await import("@snowmelt/lake/maintain");
  const endpoint = lake.s3Endpoint;
  const openPlace = async (address: string) => {
    const store = await openStore(address, endpoint ? { s3: { endpoint } } : {});
    return { store, path: "", clock: systemClock, random: systemRandom };
  };
  return {
    async openTable(address, cwd, signal) {
      const root = toPlace(address, cwd);
      const aside = quarantineOf(root);
      const place = await openPlace(root);
      const { store } = place;
      return {
        table: await openTableAt(place, { signal }),
        versions: "versions" in store && isVersions(store.versions) ? store.versions : undefined,
        quarantine: aside === undefined ? undefined : openDeltaTable(await openPlace(aside)),
      };
    },
    describePlainTable,
    sweepPlainTable,
    describeTable,
    compactTable,
    vacuumTable,
    restoreTable,
    eraseRows,
  };
}

const isAddress = (text: string): boolean => /^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(text);

function toPlace(address: string, cwd: string): string {
  return isAddress(address) || address === "" ? address.replace(/\/+$/, "") : resolve(cwd, address);
}

/** `<lake>/quarantine/<dataset>` of a table at `<lake>/<zone>/<dataset>`; none for a quarantine table itself. */
export function quarantineOf(place: string): string | undefined {
  const [, lake, zone, dataset] = /^(.*[^/])\/([^/]+)\/([^/]+)$/.exec(place) ?? [];
  if (lake === undefined || zone === undefined || zone === "quarantine" || /:\/?$/.test(lake)) return undefined;
  return `${lake}/quarantine/${dataset}`;
}

function isVersions(value: unknown): value is ObjectVersions {
  return typeof value === "object" && value !== null && "list" in value && "delete" in value;
}
