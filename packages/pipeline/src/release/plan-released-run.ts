import { planRunGraph, type RunGraph, RunRequest } from "@snowmelt/core/engine";
import { z } from "zod";
import type { RequestedEvent } from "../engine/drive-run.ts";
import type { ReleasedPipelines } from "./open-release.ts";
import { releaseError } from "./release-error.ts";

/**
 * What a request makes of the definition that is released now. REQUEST_INVALID, RUN_REQUEST_REFUSED and the errors of the release: none
 * of them is mended by asking again. `dispatchMs` where whoever starts stages lives shorter than functions may.
 */
export async function planReleasedRun(
  released: ReleasedPipelines,
  { trigger, runId }: RequestedEvent,
  { dispatchMs }: { readonly dispatchMs?: number | undefined } = {},
): Promise<RunGraph> {
  const parsed = RunRequest.safeParse(trigger);
  if (!parsed.success) {
    throw releaseError(
      "REQUEST_INVALID",
      `The request of run ${runId} cannot be understood:\n${z.prettifyError(parsed.error)}`,
    );
  }
  const request = parsed.data;
  if (request.environment !== released.environment) {
    throw releaseError(
      "REQUEST_INVALID",
      `The run ${runId} is asked for in ${request.environment}, and came to ${released.environment}: look where its trigger sends to.`,
    );
  }
  const graph = planRunGraph(await released.find(request.pipeline), released.environment, request);
  return dispatchMs === undefined ? graph : { ...graph, dispatchMs };
}
