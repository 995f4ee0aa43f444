import { errorFactory } from "@snowmelt/core/errors";

/** What sending notifications can fail with. */
export const notifyError = errorFactory({
  CHANNEL_UNKNOWN: { category: "definition", summary: "A channel's code is not among the extensions that were given." },
  CHANNEL_UNREACHABLE: {
    category: "source",
    retryable: true,
    summary: "A channel did not take a message, and may take it later.",
  },
});
