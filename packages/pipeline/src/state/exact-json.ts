import { pipelineError } from "../pipeline-error.ts";

/**
 * Plain data as JSON, and back again as it was: whole numbers of any size, bytes, NaN, infinities, -0 and `undefined` among it.
 * Objects come back without a prototype of their own. Functions and instances of classes are a TypeError.
 */
export const toExactJson = (data: unknown): string => JSON.stringify(tagged(data));

/** Undoes {@link toExactJson}; `place` is for the message of STATE_INVALID. */
export function parseExactJson(text: string, place: string): unknown {
  try {
    return untagged(JSON.parse(text));
  } catch (error) {
    throw pipelineError(
      "STATE_INVALID",
      `${place} does not hold what was written there, expected JSON of Snowmelt's own. Run again; what it held is made anew.`,
      { cause: error },
    );
  }
}

/** An object of one property that begins so is a value in disguise. */
const mark = "$";

function tagged(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return { [`${mark}bigint`]: String(value) };
    case "undefined":
      return { [`${mark}undefined`]: true };
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { [`${mark}number`]: Object.is(value, -0) ? "-0" : String(value) };
    case "string":
    case "boolean":
      return value;
    case "object":
      return taggedObject(value);
    default:
      throw new TypeError(`expected plain data, got a ${typeof value}`);
  }
}

function taggedObject(value: object | null): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(tagged);
  if (value instanceof Uint8Array) return { [`${mark}bytes`]: Buffer.from(value).toString("base64") };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError("expected plain data, got an instance");
  const entries = Object.entries(value).map(([name, held]) => [name, tagged(held)] as const);
  const plain = Object.fromEntries(entries);
  return isDisguise(Object.keys(value)) ? { [`${mark}object`]: plain } : plain;
}

function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged);
  if (typeof value !== "object" || value === null) return value;
  const names = Object.keys(value);
  const [name] = names;
  if (name !== undefined && isDisguise(names)) return revealed(name, Object.values(value)[0]);
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, untagged(held)]));
}

const isDisguise = (names: readonly string[]): boolean => names.length === 1 && names[0]?.startsWith(mark) === true;

function revealed(name: string, held: unknown): unknown {
  switch (name) {
    case `${mark}bigint`:
      return BigInt(String(held));
    case `${mark}undefined`:
      return undefined;
    case `${mark}number`:
      return Number(held);
    case `${mark}bytes`:
      return new Uint8Array(Buffer.from(String(held), "base64"));
    case `${mark}object`:
      if (typeof held !== "object" || held === null) break;
      return Object.fromEntries(Object.entries(held).map(([key, inner]) => [key, untagged(inner)]));
  }
  throw new TypeError(`${name} is no form that values take`);
}
