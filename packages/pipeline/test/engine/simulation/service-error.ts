import { errorFactory } from "@snowmelt/core/errors";

export const pipelineError = errorFactory({
  CONNECTION_FAILED: { category: "source", retryable: true, summary: "A service could not be reached." },
});
