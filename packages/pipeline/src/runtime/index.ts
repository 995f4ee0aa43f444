export { openRuntime, type Runtime, type RuntimeOptions, type StageOptions } from "./open-runtime.ts";
