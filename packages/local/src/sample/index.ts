export { changeStatements } from "./change-sample.ts";
export { loadSample } from "./load-sample.ts";
