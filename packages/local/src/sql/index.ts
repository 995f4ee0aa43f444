export { type LocalSqlEngine, openSqlEngine, type SqlEngineOptions } from "./open-engine.ts";
export { openOwnSession } from "./own-session.ts";
