import { errorFactory } from "@snowmelt/core/errors";

/** What the run engine can fail with, beside its stores. */
export const engineError = errorFactory({
  RUN_UNKNOWN: { category: "definition", summary: "There is no run of that id." },
  RUN_CONTENDED: {
    category: "conflict",
    retryable: true,
    summary: "So many events of one run came at once that one of them could not be stored.",
  },
  BREAKER_OPEN: {
    category: "source",
    retryable: true,
    summary: "A service failed so often that it is left alone for a while.",
  },
  RUN_ENDLESS: { category: "internal", summary: "A run did not end in the time that was given to it." },
});
