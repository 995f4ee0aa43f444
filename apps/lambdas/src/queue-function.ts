import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { metricOf } from "@snowmelt/core/alerts";
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

/** A message as it came, and a log that says of every line which one it is. */
export interface Received<M> {
  readonly message: M;
  readonly logger: Logger;
}

/** Takes a message. Nothing where it is done. Throws where the queue is to bring it again. */
type Take = () => Promise<Refusal | undefined>;

interface OfQueue<M, P> {
  readonly name: FunctionName;
  readonly message: z.ZodType<M>;
  /** Once for all invocations of this process; again where it failed. */
  readonly open: (telemetry: Telemetry) => P;
  readonly deadLetters: (ports: P) => { readonly queues: Pick<Queues, "send">; readonly queueUrl: string };
}

/** Takes each message by itself, or those of a batch together: how each is taken, in their order. */
export type QueueFunction<M, P> = OfQueue<M, P> &
  (
    | { readonly take: (ports: P, message: M, taking: Taking) => Promise<Refusal | undefined> }
    | { readonly takeAll: (ports: P, received: readonly Received<M>[], call: Call) => readonly Take[] }
  );

type Call = Pick<Taking, "deadlineAtMs" | "signal">;

/** For the answer, and for what is still to be written. */
const reserveMs = 5_000;

/**
 * The handler of a queue's messages: one that fails is alone in coming again. What nobody can take, because it cannot be understood
 * or is refused, goes to the dead-letter queue at once, with the reason.
 */
export function queueFunction<M, P>(definition: QueueFunction<M, P>, telemetry = openTelemetry(definition.name)) {
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
      const takes = planTakes(definition, { ports, records: event.Records, telemetry, call });
      const processor = new BatchProcessor(EventType.SQS);
      const one = (record: SQSRecord) => takeRecord(definition, { ports, record, telemetry, takes });
      return processPartialResponse(event, one, processor, { context, throwOnFullBatchFailure: false });
    });
}

interface Batch<P> {
  readonly ports: P;
  readonly records: readonly SQSRecord[];
  readonly telemetry: Telemetry;
  readonly call: Call;
}

/** How each message is taken, by its id: what cannot be understood is refused, and the others hear nothing of it. */
function planTakes<M, P>(definition: QueueFunction<M, P>, batch: Batch<P>): ReadonlyMap<string, Take> {
  const { ports, records, telemetry, call } = batch;
  const takes = new Map<string, Take>();
  const understood: (Received<M> & { readonly messageId: string })[] = [];
  for (const record of records) {
    const parsed = parseMessage(definition, record.body);
    const { messageId } = record;
    if ("refused" in parsed) takes.set(messageId, async () => parsed.refused);
    else understood.push({ messageId, message: parsed.message, logger: loggerOf(telemetry, record) });
  }
  if (understood.length === 0) return takes;
  const planned =
    "takeAll" in definition
      ? definition.takeAll(ports, understood, call)
      : understood.map(
          ({ message, logger }) =>
            () =>
              definition.take(ports, message, { logger, ...call }),
        );
  for (const [index, { messageId }] of understood.entries()) {
    const take = planned[index];
    if (take) takes.set(messageId, take);
  }
  return takes;
}

interface OneOfBatch<P> {
  readonly ports: P;
  readonly record: SQSRecord;
  readonly telemetry: Telemetry;
  readonly takes: ReadonlyMap<string, Take>;
}

async function takeRecord<M, P>(definition: OfQueue<M, P>, one: OneOfBatch<P>): Promise<void> {
  const { ports, record, telemetry, takes } = one;
  const { name, deadLetters } = definition;
  const attributes = textAttributes(record);
  const logger = loggerOf(telemetry, record);
  try {
    await inSpan(`${name} message`, { headers: attributes }, async () => {
      const take = takes.get(record.messageId);
      if (!take) throw new RangeError(`${name} does not say how a message of its batch is taken`);
      const refusal = await take();
      if (!refusal) return;
      const { queues, queueUrl } = deadLetters(ports);
      await buryMessage(queues, queueUrl, { body: record.body, attributes }, { ...refusal, by: name });
      logger.log("error", "A message was refused, and is in the dead-letter queue.", { ...refusal });
      telemetry.metrics.record(metricOf("EventsRefused", 1, { Function: name }));
    });
  } catch (error) {
    logger.log("error", "A message could not be taken; the queue brings it again.", describe(error));
    throw error;
  }
}

function loggerOf({ logger }: Telemetry, record: SQSRecord): Logger {
  const { runId, pipeline, stage } = textAttributes(record);
  return logger.child({
    messageId: record.messageId,
    receives: Number(record.attributes.ApproximateReceiveCount),
    ...(runId === undefined ? {} : { runId }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(stage === undefined ? {} : { stage }),
  });
}

function parseMessage<M, P>(
  { message, name }: OfQueue<M, P>,
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
