import { SecretsManagerClient, type SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";
import { isLoopback } from "@snowmelt/core/network";
import { type Clock, type Random, systemClock, systemRandom } from "@snowmelt/core/ports";
import { RetryPolicy, retry } from "@snowmelt/core/retry";
import { pipelineError } from "../../pipeline-error.ts";
import { type SecretsPlace, toSecretsError } from "./secrets-error.ts";

export interface SecretsManagerOptions {
  /** @default what the environment or profile says; `us-east-1` beside an `endpoint` */
  readonly region?: string;
  /** Of an emulator or a VPC. Plain http only on a loopback address. @default AWS */
  readonly endpoint?: string;
  /** @default the AWS chain: environment, profile, role */
  readonly credentials?: SecretsManagerClientConfig["credentials"];
  /** Tries of one request, the first included. @default 5 */
  readonly attempts?: number;
  /** @default 3_000 */
  readonly connectTimeoutMs?: number;
  /** How long a connection may be silent before the request counts as failed. @default 10_000 */
  readonly idleTimeoutMs?: number;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
}

/** Asks Secrets Manager, again where that may help. */
export interface SecretsConnection extends AsyncDisposable {
  request<T>(
    asked: Omit<SecretsPlace, "where"> & { readonly signal?: AbortSignal | undefined },
    send: (client: SecretsManagerClient, sending: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T>;
}

/** No I/O: the first request connects. Rejects with the SECRETS_* errors, SECRET_NOT_FOUND, RETRIES_EXHAUSTED, ABORTED. */
export function connectSecretsManager(options: SecretsManagerOptions): SecretsConnection {
  const { endpoint, credentials, clock = systemClock, random = systemRandom } = options;
  const region = options.region ?? (endpoint === undefined ? undefined : "us-east-1");
  const policy = RetryPolicy.parse({ attempts: options.attempts ?? 5, maxDelayMs: 5_000 });
  const client = new SecretsManagerClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // Retried by core's retry alone.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: options.connectTimeoutMs ?? 3_000,
      requestTimeout: options.idleTimeoutMs ?? 10_000,
      throwOnRequestTimeout: true,
    },
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      refuseClearText(args.request);
      return next(args);
    },
    { step: "finalizeRequest", name: "snowmeltRefuseClearText" },
  );
  const where = endpoint ?? region ?? "region of the environment";
  return {
    request: ({ signal, ...asked }, send) =>
      retry(
        async () => {
          try {
            return await send(client, signal ? { abortSignal: signal } : {});
          } catch (error) {
            signal?.throwIfAborted();
            throw toSecretsError(error, { ...asked, where });
          }
        },
        { what: `${asked.what} ${asked.id}`, policy, clock, random, ...(signal ? { signal } : {}) },
      ),
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

/** The environment and the profile can set an endpoint too, so each request is looked at. */
function refuseClearText(request: unknown): void {
  if (typeof request !== "object" || request === null || !("protocol" in request) || !("hostname" in request)) return;
  const { protocol, hostname } = request;
  if (protocol !== "http:" || typeof hostname !== "string" || isLoopback(hostname)) return;
  throw pipelineError(
    "SECRETS_REFUSED",
    `The Secrets Manager endpoint http://${hostname} would send secrets in the clear. Expected https, or an address of this machine.`,
    { details: { hostname } },
  );
}
