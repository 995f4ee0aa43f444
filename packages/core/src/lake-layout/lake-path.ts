/** Zones whose objects lifecycle rules may expire. Every other zone holds tables, and nothing of it ever expires by age. */
export const expiringZones = ["landing", "quarantine"] as const;

/** Where a dataset's table is, below the lake's root: `<zone>/<dataset>`. */
export function toTablePath(zone: string, dataset: string): string {
  return `${zone}/${dataset}`;
}

/** Whether a table's path, `<zone>/<dataset>` below whatever the lake's root is in its store, is in a zone that expires. */
export function isExpiringPath(tablePath: string): boolean {
  const zone = tablePath.split("/").at(-2);
  return expiringZones.some((expiring) => expiring === zone);
}

/** The table of the rows that a rule of the dataset split off, whatever the dataset's zone. */
export function toQuarantinePath(dataset: string): string {
  return toTablePath("quarantine", dataset);
}

/** Where others put files of a dataset before they are taken over into its table. Ends at a slash. */
export function toLandingPrefix(dataset: string): string {
  return `${toTablePath("landing", dataset)}/`;
}
