export { changeStatements } from "./change-sample.ts";
export { loadSample, type SampleOptions } from "./load-sample.ts";
