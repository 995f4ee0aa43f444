import { nearest } from "../nearest.ts";

/** `there is no column "ORIGN"; did you mean "ORIGIN"?` */
export function unknownName(noun: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? `known are ${known.join(", ")}` : `did you mean ${JSON.stringify(near)}?`;
  return `there is no ${noun} ${JSON.stringify(name)}; ${hint}`;
}
