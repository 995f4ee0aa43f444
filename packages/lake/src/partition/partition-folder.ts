import { createHash } from "node:crypto";
import type { PartitionValues } from "../delta/action.ts";

const nullFolder = "__HIVE_DEFAULT_PARTITION__";
/** Characters that Hive and Spark escape in folder names; a listing of such a folder means the same to them. */
const escaped = /[\u0000-\u001f"#%'*/:=?\\{}[\]^\u007f<>|]/g;
/** A file name may have 255 bytes. */
const maxFolderBytes = 200;

/**
 * `DATE_month=2001-01/ORIGIN=A%2FB`: the folders of a partition, for people and crawlers, for the log alone says what a
 * file's partition is. A name too long for a folder is cut and given a hash of the whole.
 */
export function toPartitionFolders(partitionColumns: readonly string[], values: PartitionValues): string {
  return partitionColumns
    .map((column) => {
      const value = values[column] ?? null;
      return fit(`${escapeName(column)}=${value === null ? nullFolder : escapeName(value)}`);
    })
    .join("/");
}

function escapeName(name: string): string {
  return name
    .toWellFormed()
    .replace(escaped, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`);
}

function fit(folder: string): string {
  if (Buffer.byteLength(folder) <= maxFolderBytes) return folder;
  let kept = folder.slice(0, maxFolderBytes);
  while (Buffer.byteLength(kept) > maxFolderBytes - 17 || !kept.isWellFormed()) kept = kept.slice(0, -1);
  return `${kept}~${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
}
