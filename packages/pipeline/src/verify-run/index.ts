export { Rung, RungCheck, TableVerification, Verdict, Verification } from "./verification.ts";
export type { VerifyOptions, VerifyProgress } from "./verify-context.ts";
export { verifyRun } from "./verify-run.ts";
export { type VerifyTableOptions, verifyTable } from "./verify-table.ts";
export { verifyTables } from "./verify-tables.ts";
