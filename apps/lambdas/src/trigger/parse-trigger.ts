import {
  EventBridgeSchema,
  S3EventNotificationEventBridgeSchema,
  S3Schema,
  SqsSchema,
} from "@aws-lambda-powertools/parser/schemas";
import { RunCause, RunRequest } from "@snowmelt/core/engine";
import { errorFactory } from "@snowmelt/core/errors";
import { RunEnded, runEndedSource, runEndedType } from "@snowmelt/pipeline/aws";
import { z } from "zod";

export const triggerError = errorFactory({
  TRIGGER_UNKNOWN: { category: "definition", summary: "An event of a kind that no trigger makes." },
});

/** What happened in the world, whoever told of it. */
export type Signal =
  /** It says itself what is to run: a schedule, a person. */
  | { readonly kind: "request"; readonly request: RunRequest }
  /** An object was written; the definitions say whom that concerns. */
  | { readonly kind: "object"; readonly cause: Extract<RunCause, { readonly kind: "object" }> }
  /** A run has ended; the definitions say who comes after it. */
  | { readonly kind: "ended"; readonly ended: RunEnded };

/**
 * The input of a schedule's target. EventBridge Scheduler puts the time in for `<aws.scheduler.scheduled-time>`; a rule's input
 * transformer takes the event's own `time`.
 */
const ScheduleInput = z.strictObject({
  kind: z.literal("schedule"),
  pipeline: z.string().min(1),
  environment: z.string().min(1),
  schedule: z.string().min(1),
  scheduledAt: z.iso.datetime({
    offset: true,
    error: "expected a time, such as 2026-01-02T03:04:05Z; was the placeholder of the schedule's input filled in?",
  }),
});

const BusEvent = EventBridgeSchema.extend({
  source: z.literal(runEndedSource),
  "detail-type": z.literal(runEndedType),
  detail: RunEnded,
});

/** What an event says has happened. Pure. TRIGGER_UNKNOWN for what no trigger of ours sends. */
export function parseTrigger(event: unknown): readonly Signal[] {
  const kind = isRecord(event) ? event.kind : undefined;
  if (kind === "schedule") return [toScheduled(expect(ScheduleInput, event, "a schedule's input"))];
  if (isRecord(event) && "cause" in event)
    return [{ kind: "request", request: expect(RunRequest, event, "a request") }];
  if (isRecord(event) && Array.isArray(event.Records)) return parseRecords(event);
  if (isRecord(event) && event.source === "aws.s3") return parseObjectCreated(event);
  if (isRecord(event) && event.source === runEndedSource) {
    return [{ kind: "ended", ended: expect(BusEvent, event, "the event of a run's end").detail }];
  }
  throw triggerError(
    "TRIGGER_UNKNOWN",
    "An event is neither a schedule's input, nor of S3, nor the end of a run, nor a request: look at what the rule or the caller sends.",
  );
}

function toScheduled({ pipeline, environment, schedule, scheduledAt }: z.infer<typeof ScheduleInput>): Signal {
  const cause = RunCause.parse({ kind: "schedule", schedule, scheduledAt });
  return { kind: "request", request: RunRequest.parse({ pipeline, environment, cause }) };
}

/** By way of EventBridge: keys are as they are. Other events of the bucket than of something new say nothing. */
function parseObjectCreated(event: unknown): Signal[] {
  const parsed = expect(S3EventNotificationEventBridgeSchema, event, "an event of S3");
  if (parsed["detail-type"] !== "Object Created") return [];
  const { bucket, object } = parsed.detail;
  const version = object["version-id"] || object.sequencer || object.etag;
  return [toObject(bucket.name, object.key, version)];
}

/** From S3 itself, or from S3 by way of SQS: keys are encoded as a form's fields are. */
function parseRecords(event: { readonly Records?: unknown }): Signal[] {
  const [first] = Array.isArray(event.Records) ? event.Records : [];
  if (isRecord(first) && first.eventSource === "aws:sqs") {
    const { Records } = expect(SqsSchema, event, "messages of SQS");
    return Records.flatMap(({ body }) => {
      const inner = jsonOf(body);
      // S3 tries a new notification out with a message that is about nothing.
      return isRecord(inner) && inner.Event === "s3:TestEvent" ? [] : parseTrigger(inner);
    });
  }
  const { Records } = expect(S3Schema, event, "a notification of S3");
  return Records.filter(({ eventName }) => eventName.startsWith("ObjectCreated:")).map(({ s3: { bucket, object } }) =>
    toObject(
      bucket.name,
      decodeURIComponent(object.key.replaceAll("+", " ")),
      object.versionId || object.sequencer || object.eTag,
    ),
  );
}

function toObject(bucket: string, key: string, version: string | undefined): Signal {
  const parsed = expect(RunCause, { kind: "object", bucket, key, version }, "of an object");
  if (parsed.kind !== "object") throw new RangeError(`the cause of an object became ${parsed.kind}`);
  return { kind: "object", cause: parsed };
}

function expect<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw triggerError("TRIGGER_UNKNOWN", `An event is not ${what} as expected:\n${z.prettifyError(parsed.error)}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
