import { extensions } from "../extensions.ts";
import { stageFunction } from "../stage-function.ts";

export const handler = stageFunction("land", extensions);
