import type { StageTruth } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type {
  ObserveCommand,
  Receipts,
  StageCall,
  StageReply,
  StageRunner,
  StartCommand,
  StopCommand,
} from "../engine/index.ts";
import type { StageExtension, StageWork } from "../extensions/stage-extension.ts";
import { replyOf, truthOf } from "./own-answer.ts";
import { stageFailure } from "./stage-failure.ts";
import type { OpenStage } from "./stage-task.ts";
import { stageOf, stageWork, transformWork } from "./transform-work.ts";

type Command = StartCommand | ObserveCommand | StopCommand;

interface OwnCall {
  readonly stage: StageExtension;
  readonly work: StageWork<unknown>;
  readonly redact: (text: string) => string;
}

/** Carries out transforms by own code. `stages` by their names; one that is not there fails with a clear word. */
export function transformStage(
  open: OpenStage,
  receipts: Pick<Receipts, "find">,
  stages: Readonly<Record<string, StageExtension>>,
): StageRunner {
  const withStage = async <T>(command: Command, call: StageCall, use: (own: OwnCall) => Promise<T>): Promise<T> => {
    const found = transformWork(command);
    const { transform } = found;
    const { stage, options } = stageOf(found, stages);
    await using opened = await open(call);
    return use({ stage, work: stageWork(opened, { command, call, transform, options }), redact: opened.redact });
  };
  /** A process knows its own work by itself: the id that the stage gave is in its receipt. */
  const idOf = async ({ externalId, key }: ObserveCommand | StopCommand): Promise<string | null> => {
    if (externalId !== null) return externalId;
    const reply = await receipts.find(key);
    return reply?.kind === "started" ? reply.externalId : null;
  };
  return {
    async start(command, call) {
      let hasBegun = false;
      try {
        return await withStage(command, call, (own) => {
          hasBegun = true;
          return begin(own);
        });
      } catch (error) {
        if (hasBegun || !isSnowmeltError(error)) throw error;
        return { kind: "failed", failure: stageFailure(error, null) };
      }
    },
    observe: (command, call) =>
      withStage(command, call, async ({ stage, work, redact }): Promise<StageTruth> => {
        const truth = stage.observe
          ? truthOf(await stage.observe(work, await idOf(command)))
          : ({ is: "absent" } as const);
        return truth.is === "failed" ? { is: "failed", failure: redacted(truth.failure, redact) } : truth;
      }),
    stop: (command, call) =>
      withStage(command, call, async ({ stage, work }) => stage.stop?.(work, await idOf(command))),
  };
}

async function begin({ stage, work, redact }: OwnCall): Promise<StageReply> {
  try {
    const reply = replyOf(await stage.start(work), { canBeAsked: stage.observe !== undefined });
    return reply.kind === "failed" ? { kind: "failed", failure: redacted(reply.failure, redact) } : reply;
  } catch (error) {
    // Nobody knows whether it began: who can be asked is asked before it is begun again.
    if (stage.observe) throw error;
    return { kind: "failed", failure: redacted(stageFailure(error, null), redact) };
  }
}

const redacted = <F extends { readonly message: string }>(failure: F, redact: (text: string) => string): F => ({
  ...failure,
  message: redact(failure.message),
});
