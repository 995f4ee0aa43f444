import { compilationError } from "../failures.ts";
import type { Property } from "../syntax/property.ts";

/** A property that must be one word, number or text. */
export function textValue({ name, value }: Property): string {
  if (value.kind !== "scalar") throw invalidValue(name, "a single value");
  return value.text;
}

export function wordValue<T extends string>(property: Property, words: readonly T[]): T {
  const text = textValue(property).toUpperCase();
  const word = words.find((one) => one === text);
  if (word === undefined) throw invalidValue(property.name, `one of ${words.join(", ")}`, text);
  return word;
}

export function flagValue(property: Property): boolean {
  return wordValue(property, ["TRUE", "FALSE"]) === "TRUE";
}

export function integerValue(property: Property, least: number, most: number): number {
  const text = textValue(property);
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw invalidValue(property.name, `a whole number from ${least} to ${most}`, text);
  return value;
}

export function listValue({ name, value }: Property): readonly string[] {
  if (value.kind !== "list") throw invalidValue(name, "a list of texts in parentheses");
  return value.items;
}

export function groupValue({ name, value }: Property): readonly Property[] {
  if (value.kind === "list" && value.items.length === 0) return [];
  if (value.kind !== "group") throw invalidValue(name, "options in parentheses");
  return value.properties;
}

export function invalidValue(name: string, expected: string, found?: string): Error {
  const what = found === undefined ? "invalid value" : `invalid value [${found}]`;
  return compilationError(`${what} for parameter '${name}': expected ${expected}.`, "001008", "22023");
}

export function invalidProperty(name: string, of: string): Error {
  return compilationError(`invalid property '${name}' for '${of}'`, "001422", "22023");
}
