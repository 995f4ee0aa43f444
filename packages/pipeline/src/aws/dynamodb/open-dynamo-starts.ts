import type { StartClaims } from "../../engine/carry-out-command.ts";
import { type DynamoTableOptions, openDynamoTable } from "./dynamo-table.ts";
import { number, text, textOf } from "./item-body.ts";
import { ttlAttribute } from "./plan-engine-table.ts";

/** Beyond the longest redelivery of a queue. */
const rememberMs = 15 * 86_400_000;

/**
 * Who makes a start, in the table of the engine's stores: of two deliveries of one command only one begins. A claim is never given
 * back; it holds until its time. No I/O: the first claim connects.
 */
export function openDynamoStarts(options: DynamoTableOptions): StartClaims & AsyncDisposable {
  const table = openDynamoTable(options);
  return {
    async claim(key, { nowMs, untilMs }) {
      // Names this claim: one whose answer was lost is known again.
      const claimId = table.random.uuid();
      const expiresAt = Math.ceil((Math.max(nowMs, Math.min(untilMs, nowMs + rememberMs)) + rememberMs) / 1000);
      const claimed = await table.put({
        Item: {
          pk: text(`START#${key}`),
          sk: text("START"),
          claimId: text(claimId),
          untilMs: number(untilMs),
          [ttlAttribute]: number(expiresAt),
        },
        ConditionExpression: "attribute_not_exists(pk) OR untilMs <= :now",
        ExpressionAttributeValues: { ":now": number(nowMs) },
      });
      return claimed.ok || (claimed.old !== undefined && textOf(claimed.old, "claimId") === claimId);
    },
    async [Symbol.asyncDispose]() {
      table.close();
    },
  };
}
