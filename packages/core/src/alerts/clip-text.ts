const ellipsis = "…";
/** Control characters, line and paragraph separators, marks that turn the reading direction, and half surrogate pairs. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\s]+/gu;

/** Text as one line that cannot pretend to be more: what does not print becomes a blank, half a surrogate pair U+FFFD. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(unprintable, " ").trim();
}

export interface ClipLimit {
  readonly max: number;
  /** How a character is written where the text goes; the limit is of what is written. Default: as it is. */
  readonly encode?: (character: string) => string;
  /** What the limit counts. @default UTF-16 code units */
  readonly measure?: (encoded: string) => number;
}

/**
 * As much of a text as fits, encoded, with an ellipsis where something is left out. Never cuts inside a surrogate pair or inside what
 * one character is encoded as.
 */
export function clip(text: string, { max, encode = same, measure = codeUnits }: ClipLimit): string {
  const end = measure(ellipsis) <= max ? ellipsis : "";
  const room = max - measure(end);
  let whole = "";
  let size = 0;
  let clipped: string | undefined;
  for (const character of text) {
    const encoded = encode(character);
    const length = measure(encoded);
    if (size + length > room) clipped ??= whole + end;
    if (size + length > max) return clipped ?? end;
    whole += encoded;
    size += length;
  }
  return whole;
}

/** Bytes of the UTF-8 form of what a text is within JSON, without its quotes. */
export function jsonBytes(text: string): number {
  return utf8Bytes(JSON.stringify(text)) - 2;
}

/** Bytes of the UTF-8 form. */
export const utf8Bytes = (text: string): number => Buffer.byteLength(text, "utf8");

const same = (character: string): string => character;
const codeUnits = (text: string): number => text.length;
