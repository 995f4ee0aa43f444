export type { CliContext, PipelineEngine } from "./cli-context.ts";
export { type CliConfig, readConfig } from "./config.ts";
export { type ChildProcess, endWithParent } from "./end-with-parent.ts";
export { exitCodes } from "./exit-code.ts";
export { ignoreClosedPipes, type Pipe } from "./ignore-closed-pipes.ts";
export { leave } from "./leave.ts";
export { main } from "./main-command.ts";
export { planLocalLakes } from "./plan-local-lakes.ts";
