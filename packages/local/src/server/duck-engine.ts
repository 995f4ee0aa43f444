import type { SqlEngine } from "../engine.ts";
import { openSqlEngine } from "../sql/index.ts";
import type { LocalServerConfig } from "./config.ts";

/** Opens the real engine over the data folder. */
export function openDuckEngine(_onProgress: (text: string) => void): (config: LocalServerConfig) => Promise<SqlEngine> {
  return (config) => openSqlEngine({ dataDir: config.dataDir });
}
