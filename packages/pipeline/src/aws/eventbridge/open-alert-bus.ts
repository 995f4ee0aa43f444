import { EventBridgeClient, type EventBridgeClientConfig, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { coreError } from "@snowmelt/core/errors";
import type { AlertBus } from "../../notify/channels/event-bridge-channel.ts";
import { refuseClearText } from "../queues/refuse-clear-text.ts";
import { deliveryOf } from "../sns/delivery-of.ts";

export interface AlertBusOptions {
  /** @default that of the environment */
  readonly region?: string;
  /** Of an emulator or a VPC. Plain http on this machine alone. @default AWS's of the region */
  readonly endpoint?: string;
  /** @default those of the environment: of the function's role */
  readonly credentials?: EventBridgeClientConfig["credentials"];
  /** Tries of one request, the first included. @default 3 */
  readonly attempts?: number;
  /** Of all tries together. @default 20000 */
  readonly timeoutMs?: number;
}

/** Event buses for alerts. No I/O: the first event connects. */
export function openAlertBus(options: AlertBusOptions = {}): AlertBus & AsyncDisposable {
  const { region, endpoint, credentials, attempts = 3, timeoutMs = 20_000 } = options;
  const client = new EventBridgeClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: attempts,
  });
  refuseClearText(client);
  return {
    async put(bus, { source, detailType, detail, timeMs }, { signal } = {}) {
      if (signal?.aborted) throw coreError("ABORTED", "Aborted before a notification was delivered.");
      const limit = AbortSignal.timeout(timeoutMs);
      const Entries = [
        {
          EventBusName: bus,
          Source: source,
          DetailType: detailType,
          Detail: JSON.stringify(detail),
          Time: new Date(timeMs),
        },
      ];
      try {
        const abortSignal = signal ? AbortSignal.any([signal, limit]) : limit;
        const answer = await client.send(new PutEventsCommand({ Entries }), { abortSignal });
        // EventBridge refuses single entries without failing the request.
        if ((answer.FailedEntryCount ?? 0) === 0) return { kind: "delivered" };
        const code = answer.Entries?.[0]?.ErrorCode ?? "no reason";
        return deliveryOf(Object.assign(new Error("an entry was refused"), { code }), signal);
      } catch (error) {
        return deliveryOf(error, signal);
      }
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}
