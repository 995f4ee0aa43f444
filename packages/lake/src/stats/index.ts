export { toStatsJson } from "./encode-stats.ts";
export { type ColumnStats, type FileStats, parseStats } from "./parse-stats.ts";
