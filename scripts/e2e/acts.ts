import type { Act } from "./acts/act.ts";
import { alertActs } from "./acts/alert-acts.ts";
import { flightsActs } from "./acts/flights-acts.ts";
import { keys } from "./acts/keys-act.ts";
import { load } from "./acts/load-act.ts";
import { poison } from "./acts/poison-act.ts";

/** In their order; the first is always played. */
export const acts: readonly Act[] = [...flightsActs, poison, ...alertActs, keys, load];
