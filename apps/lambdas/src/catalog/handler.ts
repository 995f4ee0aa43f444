import { stageFunction } from "../stage-function.ts";

export const handler = stageFunction("catalog");
