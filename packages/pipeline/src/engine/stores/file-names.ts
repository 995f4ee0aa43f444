import { createHash } from "node:crypto";

/** Any name as one part of a key that every file system takes and tells apart, whatever it does about case. */
export function toKeyPart(name: string): string {
  const part = [...Buffer.from(name)]
    .map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `~${hex(byte)}`))
    .join("");
  return part.length <= 150 ? part : `${part.slice(0, 60)}~~${createHash("sha256").update(name).digest("hex")}`;
}

/** Sorts as text as the numbers do. */
export const padded = (number: number, digits: number): string => String(number).padStart(digits, "0");

/** JSON, as an object's body. */
export const toBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Undefined for what is no JSON. */
export function fromBytes(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

const isPlain = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x5f;

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
