export type { EngineClock } from "./clock.ts";
export { type LocalSqlEngine, openSqlEngine } from "./open-engine.ts";
