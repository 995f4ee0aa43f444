/**
 * A middleware for an AWS client: `checkTransport` throws for what may not be sent. The environment and the profile can set
 * an endpoint too, so each request is looked at.
 */
export const refuseClearText =
  (checkTransport: (protocol: string, hostname: string) => void) =>
  <I extends object, O>(next: (args: I) => Promise<O>) =>
  async (args: I): Promise<O> => {
    const request: unknown = "request" in args ? args.request : undefined;
    if (isHttpRequest(request)) checkTransport(request.protocol, request.hostname);
    return next(args);
  };

function isHttpRequest(value: unknown): value is { readonly protocol: string; readonly hostname: string } {
  return typeof value === "object" && value !== null && "protocol" in value && "hostname" in value;
}
