import { coreError } from "@snowmelt/core/errors";
import type { Delivery } from "../../notify/alert-channel.ts";

/** What no repeat changes: the request, the role or the receiver is wrong. */
const final =
  /AccessDenied|AuthorizationError|InvalidParameter|InvalidSecurity|InvalidClientToken|NotFound|KMS(AccessDenied|Disabled|NotFound|OptInRequired)|UnrecognizedClient|Validation|TRANSPORT_DENIED|ResourceNotFound/;

/** A failure of AWS as what came of a message: by its name alone, as its text may quote what was sent. Throws ABORTED where it was that. */
export function deliveryOf(error: unknown, signal: AbortSignal | undefined): Delivery {
  if (signal?.aborted) throw coreError("ABORTED", "Aborted while delivering a notification.", { cause: error });
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  const name = code ?? (error instanceof Error ? error.name : typeof error);
  return { kind: final.test(name) ? "refused" : "unreachable", reason: `AWS answered ${name}` };
}
