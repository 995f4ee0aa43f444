/** Hidden from engines that read folders: a name that begins with an underscore is no data to Hive, Spark, Athena. */
export const manifestFolder = "_snowmelt/";

/** `_snowmelt/00000000000000000042.json`, below the table's root. */
export function toManifestPath(version: number): string {
  return `${manifestFolder}${String(version).padStart(20, "0")}.json`;
}

/** The version of a file in the manifest folder, by its name without the folder; undefined for strangers. */
export function parseManifestName(name: string): number | undefined {
  const digits = /^(\d{20})\.json$/.exec(name)?.[1];
  const version = digits === undefined ? undefined : Number(digits);
  return Number.isSafeInteger(version) ? version : undefined;
}
