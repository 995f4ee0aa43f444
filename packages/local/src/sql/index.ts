export type { EngineClock } from "./clock.ts";
export { type LocalSqlEngine, openSqlEngine, type SqlEngineOptions } from "./open-engine.ts";
