import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { FunctionName } from "@snowmelt/core/functions";
import type { Logger } from "@snowmelt/core/ports";
import { type BurialReason, buryMessage, type Queues } from "@snowmelt/pipeline/aws";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { z } from "zod";
import { openTelemetry, type Telemetry } from "./telemetry.ts";
import { inSpan } from "./trace.ts";

/** What a message is taken with. */
export interface Taking {
  /** Says of every line which message it is about. */
  readonly logger: Logger;
  /** When the function ends, whatever it does. */
  readonly deadlineAtMs: number;
  /** A little before. */
  readonly signal: AbortSignal;
}

/** That a message will never be taken, and why. Nothing else is disturbed by it. */
export type Refusal = Pick<BurialReason, "code" | "message">;

export interface QueueFunction<M, P> {
  readonly name: FunctionName;
  readonly message: z.ZodType<M>;
  /** Once for all invocations of this process; again where it failed. */
  readonly open: (telemetry: Telemetry) => P;
  readonly deadLetters: (ports: P) => { readonly queues: Pick<Queues, "send">; readonly queueUrl: string };
  /** Nothing where it is done. Throws where the queue is to bring it again. */
  readonly take: (ports: P, message: M, taking: Taking) => Promise<Refusal | undefined>;
}

/** For the answer, and for what is still to be written. */
const reserveMs = 5_000;

/**
 * The handler of a queue's messages: each by itself, so that one that fails is alone in coming again. What nobody can take, because
 * it cannot be understood or is refused, goes to the dead-letter queue at once, with the reason.
 */
export function queueFunction<M, P>(definition: QueueFunction<M, P>) {
  const telemetry = openTelemetry(definition.name);
  let opened: P | undefined;
  return (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
    telemetry.observe(context, async () => {
      opened ??= definition.open(telemetry);
      const ports = opened;
      const remainingMs = context.getRemainingTimeInMillis();
      const call = {
        deadlineAtMs: Date.now() + remainingMs,
        signal: AbortSignal.timeout(Math.max(1, remainingMs - reserveMs)),
      };
      const processor = new BatchProcessor(EventType.SQS);
      const one = (record: SQSRecord) => takeRecord(definition, { ports, record, telemetry, call });
      return processPartialResponse(event, one, processor, { context, throwOnFullBatchFailure: false });
    });
}

interface Received<P> {
  readonly ports: P;
  readonly record: SQSRecord;
  readonly telemetry: Telemetry;
  readonly call: Pick<Taking, "deadlineAtMs" | "signal">;
}

async function takeRecord<M, P>(definition: QueueFunction<M, P>, received: Received<P>): Promise<void> {
  const { ports, record, telemetry, call } = received;
  const { name, take, deadLetters } = definition;
  const attributes = textAttributes(record);
  const { runId, pipeline, stage } = attributes;
  const logger = telemetry.logger.child({
    messageId: record.messageId,
    receives: Number(record.attributes.ApproximateReceiveCount),
    ...(runId === undefined ? {} : { runId }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(stage === undefined ? {} : { stage }),
  });
  try {
    await inSpan(`${name} message`, { headers: attributes }, async () => {
      const parsed = parseMessage(definition, record.body);
      const refusal = "refused" in parsed ? parsed.refused : await take(ports, parsed.message, { logger, ...call });
      if (!refusal) return;
      const { queues, queueUrl } = deadLetters(ports);
      await buryMessage(queues, queueUrl, { body: record.body, attributes }, { ...refusal, by: name });
      logger.log("error", "A message was refused, and is in the dead-letter queue.", { ...refusal });
      telemetry.metrics.record({
        name: "MessagesRefused",
        value: 1,
        unit: "Count",
        dimensions: { code: refusal.code },
      });
    });
  } catch (error) {
    logger.log("error", "A message could not be taken; the queue brings it again.", describe(error));
    throw error;
  }
}

function parseMessage<M, P>(
  { message, name }: QueueFunction<M, P>,
  body: string,
): { readonly message: M } | { readonly refused: Refusal } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { refused: { code: "MESSAGE_INVALID", message: `${name} expects JSON, and got something else.` } };
  }
  const parsed = message.safeParse(value);
  if (parsed.success) return { message: parsed.data };
  const why = z.prettifyError(parsed.error);
  return { refused: { code: "MESSAGE_INVALID", message: `${name} cannot understand the message:\n${why}` } };
}

function textAttributes({ messageAttributes }: SQSRecord): Record<string, string> {
  const entries = Object.entries(messageAttributes).map(([name, { stringValue }]) => [name, stringValue] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Messages of Snowmelt's own errors hold no secrets; of others nothing but the name is told. */
function describe(error: unknown): Record<string, unknown> {
  if (isSnowmeltError(error)) return { code: error.code, reason: error.message };
  return { code: error instanceof Error ? error.name : typeof error };
}
