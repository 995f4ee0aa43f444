import { createHash } from "node:crypto";
import { clip, oneLine } from "./clip-text.ts";

/** Hex digits of SHA-256. */
const digestLength = 64;
const plain = /^[\x21-\x7e][\x20-\x7e]*$/;

/** A key as it is where it is printable ASCII within the limit; else its beginning and its SHA-256, so that different keys stay different. */
export function boundedKey(key: string, maxLength: number): string {
  if (key.length <= maxLength && plain.test(key)) return key;
  const digest = createHash("sha256").update(key).digest("hex");
  const head = oneLine(key).replace(/[^\x20-\x7e]/g, "?");
  return `${clip(head, { max: maxLength - digestLength - 1 }).replace("…", "")}~${digest}`;
}
