/** A JSON number that a JavaScript number does not hold digit for digit, such as `1.50` or `0.1234567890123456789`. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * JSON.parse that loses no digit: a number that prints as it was written is a `number`, any other integer a `bigint`,
 * and the rest a {@link JsonNumber}.
 */
export function parseExactJson(text: string): unknown {
  return parseWithSource(text, (_key, value, context) =>
    typeof value === "number" && context.source !== undefined ? exactNumber(value, context.source) : value,
  );
}

/** JSON.stringify that writes a `bigint` and a {@link JsonNumber} as their digits. */
export function toExactJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return rawJson(item.toString());
    return item instanceof JsonNumber ? rawJson(item.text) : item;
  });
}

/** The digits of a number that came from {@link parseExactJson}; undefined for anything else. */
export function numberText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return value instanceof JsonNumber ? value.text : undefined;
}

/** Above 2^53 a number may print as it was written and still be another: 133618707515129400 is held as …408. */
function exactNumber(value: number, source: string): number | bigint | JsonNumber {
  const isHeld = !Number.isInteger(value) || Number.isSafeInteger(value);
  if (isHeld && String(value) === source) return value;
  return /^-?\d+$/.test(source) && source !== "-0" ? BigInt(source) : new JsonNumber(source);
}

// ES2026's source text access, which Node 22 has and TypeScript's library does not describe yet.
type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => unknown;
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
