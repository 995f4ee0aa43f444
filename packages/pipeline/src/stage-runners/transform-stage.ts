import { JsonRecord, type StageFailure, type StageTruth } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { ObserveCommand, StageCall, StageReply, StageRunner, StartCommand, StopCommand } from "../engine/index.ts";
import type { StageExtension, StageFailed, StageLook, StageStart, StageWork } from "../extensions/stage-extension.ts";
import { stageFailure } from "./stage-failure.ts";
import type { OpenStage } from "./stage-task.ts";
import { stageOf, stageWork, transformWork } from "./transform-work.ts";

/** Carries out transforms by own code. `stages` by their names; one that is not there fails with a clear word. */
export function transformStage(open: OpenStage, stages: Readonly<Record<string, StageExtension>>): StageRunner {
  const withStage = async <T>(
    command: StartCommand | ObserveCommand | StopCommand,
    call: StageCall,
    use: (stage: StageExtension, work: StageWork<unknown>, redact: (text: string) => string) => Promise<T>,
  ): Promise<T> => {
    const work = transformWork(command);
    const { transform } = work;
    const { stage, options } = stageOf(work, stages);
    await using opened = await open(call);
    return use(stage, stageWork(opened, { command, call, transform, options }), opened.redact);
  };
  return {
    async start(command, call) {
      try {
        return await withStage(command, call, async (stage, work, redact) => {
          try {
            return replyOf(await stage.start(work), stage, redact);
          } catch (error) {
            // Nobody knows whether it began: whoever can be asked is asked before it is begun again.
            if (stage.observe && !isSnowmeltError(error)) throw error;
            return { kind: "failed", failure: thrown(error, redact) };
          }
        });
      } catch (error) {
        if (!isSnowmeltError(error)) throw error;
        return { kind: "failed", failure: stageFailure(error, null) };
      }
    },
    observe: (command, call) =>
      withStage(command, call, async (stage, work, redact) =>
        stage.observe ? truthOf(await stage.observe(work, command.externalId), redact) : { is: "absent" },
      ),
    stop: (command, call) => withStage(command, call, async (stage, work) => stage.stop?.(work, command.externalId)),
  };
}

type Redact = (text: string) => string;

const thrown = (error: unknown, redact: Redact): StageFailure => {
  const { message, ...failure } = stageFailure(error, null);
  return { ...failure, message: redact(message) };
};

function replyOf(start: StageStart, stage: StageExtension, redact: Redact): StageReply {
  switch (start.kind) {
    case "started":
      return stage.observe
        ? { kind: "started", externalId: start.externalId }
        : { kind: "failed", failure: wrong(`the stage ${stage.name} says that it was started, and has no observe`) };
    case "succeeded": {
      const result = JsonRecord.safeParse(start.result ?? {});
      return result.success
        ? { kind: "succeeded", result: result.data }
        : { kind: "failed", failure: wrong("its result is not plain JSON, and cannot be kept") };
    }
    case "failed":
      return { kind: "failed", failure: failed(start, redact) };
    default:
      return { kind: "failed", failure: wrong(unexpected(start)) };
  }
}

function truthOf(look: StageLook, redact: Redact): StageTruth {
  switch (look.kind) {
    case "running":
      return { is: "running", externalId: look.externalId };
    case "absent":
      return { is: "absent" };
    case "failed":
      return { is: "failed", failure: failed(look, redact) };
    case "succeeded": {
      const result = JsonRecord.safeParse(look.result ?? {});
      return result.success
        ? { is: "succeeded", result: result.data }
        : { is: "failed", failure: wrong("its result is not plain JSON, and cannot be kept") };
    }
    default:
      return { is: "failed", failure: wrong(unexpected(look)) };
  }
}

const failed = ({ message, retryable }: StageFailed, redact: Redact): StageFailure => ({
  code: "STAGE_FAILED",
  message: redact(message),
  retryable,
});

const wrong = (why: string): StageFailure => ({
  code: "STAGE_FAILED",
  message: `Own code answered what cannot be carried on with: ${why}.`,
  retryable: false,
});

const unexpected = (answer: never): string =>
  `got ${JSON.stringify(answer)}, which is none of the answers that there are`;
