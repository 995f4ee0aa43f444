import { isLoopback } from "@snowmelt/core/network";
import { transportError } from "./transport-error.ts";

interface Stack {
  add(
    middleware: (next: (args: never) => Promise<never>) => (args: { readonly request: unknown }) => Promise<never>,
    options: { readonly step: "finalizeRequest"; readonly name: string },
  ): void;
}

/** Has a client refuse plain http but on this machine. The environment and the profile can name an endpoint too, so each request is looked at. */
export function refuseClearText(client: { readonly middlewareStack: unknown }): void {
  (client.middlewareStack as Stack).add(
    (next) => async (args) => {
      check(args.request);
      return next(args as never);
    },
    { step: "finalizeRequest", name: "snowmeltRefuseClearText" },
  );
}

function check(request: unknown): void {
  if (typeof request !== "object" || request === null || !("protocol" in request) || !("hostname" in request)) return;
  const { protocol, hostname } = request;
  if (protocol !== "http:" || typeof hostname !== "string" || isLoopback(hostname)) return;
  throw transportError(
    "TRANSPORT_DENIED",
    `http://${hostname} would be sent messages in the clear. Expected https, or an address of this machine.`,
  );
}
