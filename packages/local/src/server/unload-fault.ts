import { SqlFailure, type UnloadMishap } from "../engine.ts";
import type { FaultBox } from "./faults.ts";

/** What the faults in force do to a COPY; asking uses them up. */
export function toUnloadMishap(faults: FaultBox, queryTag: string): UnloadMishap {
  const failing = faults.strike(["unloadFails"], { queryTag });
  const error = failing && new SqlFailure(failing.code, failing.sqlState, failing.message);
  return {
    failure: failing === undefined || error === undefined ? null : { afterFiles: failing.afterFiles, error },
    waitMs: faults.strike(["unloadSlow"], { queryTag })?.latencyMs ?? 0,
    lostFile: faults.strike(["unloadFileLost"], { queryTag })?.file ?? null,
    rowCountError: faults.strike(["unloadRowCountWrong"], { queryTag })?.by ?? 0,
  };
}
