import { sep } from "node:path";
import { lakeError } from "../lake-error.ts";

/** Folder below the root for files that are still being written; no key may name it and no listing shows it. */
export const temporaryFolder = ".snowmelt-tmp";

/** What every common file system allows for one name. */
const maxSegmentBytes = 255;
const maxKeyBytes = 3_000;

/** The key's segments, when each can be a name below the root; throws STORE_KEY_INVALID saying what is wrong. */
export function parseObjectKey(key: string): readonly string[] {
  if (key === "") throw invalidKey(key, "it is empty");
  const segments = key.split("/");
  for (const segment of segments) checkSegment(key, segment);
  if (segments[0] === temporaryFolder) throw invalidKey(key, `${temporaryFolder} is kept for unfinished files`);
  if (Buffer.byteLength(key) > maxKeyBytes) throw invalidKey(key, `it is longer than ${maxKeyBytes} bytes`);
  return segments;
}

/** Splits a listing prefix into the folder to walk and the start of the names in it. */
export function parsePrefix(prefix: string): { readonly folder: readonly string[]; readonly nameStart: string } {
  const segments = prefix.split("/");
  const nameStart = segments.pop() ?? "";
  for (const segment of segments) checkSegment(prefix, segment);
  if (nameStart !== "") checkSegment(prefix, `${nameStart}_`);
  return { folder: segments, nameStart };
}

function checkSegment(key: string, segment: string): void {
  if (segment === "") throw invalidKey(key, "it starts or ends with a slash, or has two in a row");
  if (segment === "." || segment === "..") throw invalidKey(key, `it has the segment ${segment}`);
  if (segment.includes("\0")) throw invalidKey(key, "it has a NUL character");
  if (!segment.isWellFormed()) throw invalidKey(key, "it has half of a surrogate pair, which UTF-8 cannot hold");
  if (sep === "\\" && /[\\:*?"<>|]/.test(segment)) throw invalidKey(key, 'Windows allows no \\ : * ? " < > | in names');
  if (Buffer.byteLength(segment) > maxSegmentBytes) {
    throw invalidKey(key, `a segment is longer than the ${maxSegmentBytes} bytes that a file name may have`);
  }
}

function invalidKey(key: string, why: string): Error {
  const shown = key.length > 200 ? `${key.slice(0, 200)}…` : key;
  return lakeError(
    "STORE_KEY_INVALID",
    `${JSON.stringify(shown)} cannot be an object of a file store: ${why}. Expected a relative path such as raw/flights/part-1.parquet.`,
    { details: { key: shown } },
  );
}
