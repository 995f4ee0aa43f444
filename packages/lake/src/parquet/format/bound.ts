import type { LandType, Storage } from "@snowmelt/core/types";

/** A non-NULL value in storage form: text as UTF-8 bytes, decimals unscaled. */
export type StoredValue = boolean | number | bigint | Uint8Array;

/** A bound of a range. When not exact, the true minimum is above it, or the true maximum below it. */
export interface Bound {
  readonly value: StoredValue;
  readonly exact: boolean;
}

/** `max` is undefined where the maximum is too long to keep and nothing short lies above it. */
export interface Range {
  readonly min: Bound;
  readonly max: Bound | undefined;
}

/** Parquet's type-defined order: numbers by value, booleans false first, bytes unsigned. Both are of one storage. */
export function compareStored(a: StoredValue, b: StoredValue): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The range of both. */
export function mergeRanges(a: Range | undefined, b: Range | undefined): Range | undefined {
  if (!a || !b) return a ?? b;
  return { min: outer(a.min, b.min, -1), max: a.max && b.max && outer(a.max, b.max, 1) };
}

function outer(a: Bound, b: Bound, sign: number): Bound {
  const order = compareStored(a.value, b.value) * sign;
  if (order !== 0) return order > 0 ? a : b;
  return a.exact ? a : b;
}

/** A bound as statistics hold it: PLAIN, without the length of byte arrays. */
export function encodeStored(storage: Storage, value: StoredValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const bytes = new Uint8Array(storage === "bit" ? 1 : storage === "int32" ? 4 : storage === "int128" ? 16 : 8);
  const view = new DataView(bytes.buffer);
  if (storage === "int128") {
    view.setBigInt64(0, BigInt(value) >> 64n);
    view.setBigUint64(8, BigInt.asUintN(64, BigInt(value)));
  } else if (storage === "float64") view.setFloat64(0, Number(value), true);
  else if (storage === "int64") view.setBigInt64(0, BigInt(value), true);
  else if (storage === "int32") view.setInt32(0, Number(value), true);
  else bytes[0] = value ? 1 : 0;
  return bytes;
}

/** A lower bound of at most `maxBytes`; text is cut between characters. */
export function lowerBound(type: LandType, value: Uint8Array, maxBytes: number): Bound {
  if (value.length <= maxBytes) return { value, exact: true };
  return { value: value.slice(0, cutAt(type, value, maxBytes)), exact: false };
}

/** An upper bound of at most about `maxBytes`: cut, then raised. Undefined when no byte or character can be raised. */
export function upperBound(type: LandType, value: Uint8Array, maxBytes: number): Bound | undefined {
  if (value.length <= maxBytes) return { value, exact: true };
  const cut = value.slice(0, cutAt(type, value, maxBytes));
  const raised = type.kind === "string" ? raiseText(cut) : raiseBytes(cut);
  return raised && { value: raised, exact: false };
}

function cutAt({ kind }: LandType, value: Uint8Array, maxBytes: number): number {
  let length = maxBytes;
  if (kind === "string") while (length > 0 && ((value[length] ?? 0) & 0xc0) === 0x80) length--;
  return length;
}

function raiseBytes(bytes: Uint8Array): Uint8Array | undefined {
  for (let at = bytes.length - 1; at >= 0; at--) {
    const byte = bytes[at] ?? 0;
    if (byte === 0xff) continue;
    const raised = bytes.slice(0, at + 1);
    raised[at] = byte + 1;
    return raised;
  }
  return undefined;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** UTF-8 orders as code points do, so the last character that is not the highest becomes the next one. */
function raiseText(bytes: Uint8Array): Uint8Array | undefined {
  const characters = [...utf8.decode(bytes)];
  for (let character = characters.pop(); character !== undefined; character = characters.pop()) {
    const point = character.codePointAt(0) ?? 0;
    if (point === 0x10ffff) continue;
    const next = point === 0xd7ff ? 0xe000 : point + 1;
    return new TextEncoder().encode(characters.join("") + String.fromCodePoint(next));
  }
  return undefined;
}
