import { FAILURE_MACROS } from "./failures.ts";
import { JSON_MACROS } from "./json.ts";
import { NUMBER_MACROS } from "./number.ts";
import { TIME_MACROS } from "./time.ts";

/** Every macro the emitted SQL calls, in an order in which each finds those it uses. */
export const MACROS: readonly string[] = [...FAILURE_MACROS, ...NUMBER_MACROS, ...JSON_MACROS, ...TIME_MACROS];

/** Statements that (re)create the macros in an open database. */
export function planMacros(): readonly string[] {
  return MACROS.map((macro) => `CREATE OR REPLACE MACRO ${macro}`);
}
