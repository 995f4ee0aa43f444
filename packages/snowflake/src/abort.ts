import { coreError } from "@snowmelt/core/errors";

/** The error of an aborted operation; `inFlight` says what became of the work on the server. */
export const aborted = (what: string, inFlight: string, signal: AbortSignal): Error =>
  coreError("ABORTED", `Aborted while trying to ${what}; ${inFlight}.`, { cause: signal.reason });
