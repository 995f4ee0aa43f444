import { errorFactory, isSnowmeltError } from "@snowmelt/core/errors";

/** What sending a message or an event on AWS can fail with. */
export const transportError = errorFactory({
  QUEUE_MISSING: { category: "definition", summary: "There is no queue at that address." },
  TRANSPORT_DENIED: { category: "definition", summary: "The role may not send there." },
  MESSAGE_TOO_LARGE: { category: "data", summary: "A message is larger than a queue takes." },
  TRANSPORT_FAILED: {
    category: "storage",
    retryable: true,
    summary: "A message could not be sent after several tries.",
  },
});

/** By the names that SQS and EventBridge have for them. */
export function toTransportError(error: unknown, what: string): Error {
  if (isSnowmeltError(error)) return error;
  const name = error instanceof Error ? error.name : typeof error;
  const options = { cause: error, details: { name } };
  if (/NonExistentQueue|QueueDoesNotExist/.test(name)) {
    return transportError(
      "QUEUE_MISSING",
      `Could not ${what}: there is no such queue in this region and account.`,
      options,
    );
  }
  if (/AccessDenied|NotAuthorized|InvalidSecurity|UnrecognizedClient/.test(name)) {
    return transportError(
      "TRANSPORT_DENIED",
      `Could not ${what}: the role may not. Its policy follows from the function's effects in the catalogue.`,
      options,
    );
  }
  return transportError("TRANSPORT_FAILED", `Could not ${what}: ${name}.`, options);
}
