export { type LocalSqlEngine, openSqlEngine, type SqlEngineOptions } from "./open-engine.ts";
