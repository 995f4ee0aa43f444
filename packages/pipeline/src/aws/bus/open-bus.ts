import { EventBridgeClient, type EventBridgeClientConfig, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { RunState } from "@snowmelt/core/engine";
import { refuseClearText } from "../queues/refuse-clear-text.ts";
import { toTransportError, transportError } from "../queues/transport-error.ts";
import { runEndedSource, runEndedType, toRunEnded } from "./run-ended.ts";

export interface BusOptions {
  /** Name or ARN. */
  readonly bus: string;
  /** @default that of the environment */
  readonly region?: string;
  /** Of an emulator or a VPC. Plain http on this machine alone. @default AWS's of the region */
  readonly endpoint?: string;
  /** @default those of the environment: of the function's role */
  readonly credentials?: EventBridgeClientConfig["credentials"];
  /** Tries of one request, the first included. @default 5 */
  readonly attempts?: number;
}

/** An event bus that runs are announced on. */
export interface Bus extends AsyncDisposable {
  /** Tells who waits for it that a run has ended. At least once: its receivers know a repeat by the run. TRANSPORT_DENIED, TRANSPORT_FAILED. */
  announce(announcement: { readonly run: RunState }): Promise<void>;
}

/** No I/O: the first announcement connects. */
export function openBus({ bus, region, endpoint, credentials, attempts = 5 }: BusOptions): Bus {
  const client = new EventBridgeClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: attempts,
  });
  refuseClearText(client);
  return {
    async announce({ run }) {
      const what = `announce run ${run.runId} on the bus ${bus}`;
      const Entries = [
        {
          EventBusName: bus,
          Source: runEndedSource,
          DetailType: runEndedType,
          Detail: JSON.stringify(toRunEnded(run)),
          ...(run.endedAtMs === null ? {} : { Time: new Date(run.endedAtMs) }),
        },
      ];
      const answer = await client.send(new PutEventsCommand({ Entries })).catch((error: unknown) => {
        throw toTransportError(error, what);
      });
      // EventBridge refuses single entries without failing the request.
      if ((answer.FailedEntryCount ?? 0) === 0) return;
      const code = answer.Entries?.[0]?.ErrorCode ?? "no reason given";
      throw transportError("TRANSPORT_FAILED", `Could not ${what}: ${code}.`);
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}
