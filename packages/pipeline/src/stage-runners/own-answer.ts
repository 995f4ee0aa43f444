import { JsonRecord, type StageFailure, type StageTruth } from "@snowmelt/core/engine";
import { z } from "zod";
import type { StageReply } from "../engine/index.ts";
import type { StageLook, StageStart } from "../extensions/stage-extension.ts";

/** Own code is checked by its author's compiler alone, and what it says is stored. */
const succeeded = z.object({ kind: z.literal("succeeded"), result: JsonRecord.optional() });
const failed = z.object({ kind: z.literal("failed"), message: z.string(), retryable: z.boolean() });
const externalId = z.string().min(1);
const Start = z.discriminatedUnion("kind", [z.object({ kind: z.literal("started"), externalId }), succeeded, failed]);
const Look = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("running"), externalId }),
  z.object({ kind: z.literal("absent") }),
  succeeded,
  failed,
]);

/** What own code answered to a start, as the engine takes it. `canBeAsked`: there is an `observe`. Pure. */
export function replyOf(answer: StageStart, { canBeAsked }: { readonly canBeAsked: boolean }): StageReply {
  const parsed = Start.safeParse(answer);
  if (!parsed.success) return { kind: "failed", failure: unfit(z.prettifyError(parsed.error)) };
  const { data } = parsed;
  switch (data.kind) {
    case "started":
      return canBeAsked
        ? data
        : { kind: "failed", failure: unfit("it says that it was started, and has no observe to be asked by") };
    case "succeeded":
      return { kind: "succeeded", result: data.result ?? {} };
    case "failed":
      return { kind: "failed", failure: failureOf(data) };
    default:
      return data satisfies never;
  }
}

/** What own code knows of what it started. Pure. */
export function truthOf(answer: StageLook): StageTruth {
  const parsed = Look.safeParse(answer);
  if (!parsed.success) return { is: "failed", failure: unfit(z.prettifyError(parsed.error)) };
  const { data } = parsed;
  switch (data.kind) {
    case "running":
      return { is: "running", externalId: data.externalId };
    case "absent":
      return { is: "absent" };
    case "succeeded":
      return { is: "succeeded", result: data.result ?? {} };
    case "failed":
      return { is: "failed", failure: failureOf(data) };
    default:
      return data satisfies never;
  }
}

const failureOf = ({ message, retryable }: z.infer<typeof failed>): StageFailure => ({
  code: "STAGE_FAILED",
  message,
  retryable,
});

const unfit = (why: string): StageFailure => ({
  code: "STAGE_FAILED",
  message: `The stage's own code answered what it may not: ${why}`,
  retryable: false,
});
