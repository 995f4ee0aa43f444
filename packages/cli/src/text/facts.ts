import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

/** Names and values, a line each, the values below one another. */
export function facts(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `  ${name.padEnd(width)}  ${printable(value)}\n`).join("");
}

/** A dimmed name, and a text below it, indented. */
export function section(name: string, text: string, paint: Paint): string {
  return `  ${paint("dim", name)}\n${text.replace(/^(?=.)/gm, "    ")}`;
}
