import { join } from "node:path";
import { openFileStore } from "@snowmelt/lake/store";
import { type EngineStores, openFileStores } from "../engine/index.ts";

/** The runs of this machine, in a folder of their own beside the state of the datasets. */
export const openLocalRuns = (stateRoot: string): EngineStores =>
  openFileStores(openFileStore(join(stateRoot, "engine")));
