export { exitCodes } from "./exit-code.ts";
export { main } from "./main-command.ts";
