export { type Bus, type BusOptions, openBus } from "./open-bus.ts";
export { RunEnded, runEndedSource, runEndedType } from "./run-ended.ts";
