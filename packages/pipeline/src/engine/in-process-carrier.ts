import type { RunEvent, StageName, StageTruth } from "@snowmelt/core/engine";
import { type Clock, type Logger, type Metrics, type Random, silentLogger, silentMetrics } from "@snowmelt/core/ports";
import { carryOutCommand, type Receipts, type StageRunners, StageStopped } from "./carry-out-command.ts";
import type { CommandCarrier, CommandMessage } from "./command-message.ts";
import type { EngineStores } from "./engine-stores.ts";
import type { StageRunner, StartCommand } from "./stage-runner.ts";

export interface InProcessPorts {
  readonly stores: Pick<EngineStores, "runs" | "leases">;
  readonly runners: StageRunners;
  /** To the engine of this process. */
  readonly tell: (event: RunEvent) => Promise<void>;
  readonly clock: Clock;
  readonly random: Pick<Random, "uuid">;
  readonly receipts?: Receipts | undefined;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /**
   * Stages at work at a time.
   *
   * @default 4
   */
  readonly concurrency?: number;
  /**
   * After this long without a sign of life another process takes this one for dead. Signs come three times as often.
   *
   * @default 60_000
   */
  readonly aliveMs?: number;
}

export interface InProcessCarrier extends CommandCarrier, AsyncDisposable {
  /** Once nothing is at work any more. */
  idle(): Promise<void>;
}

interface StageAtWork {
  readonly stopped: AbortController;
  readonly ended: Promise<void>;
}

const leaseMs = 30 * 60_000;

/**
 * Carries out commands in this very process, in the background, a few at a time. A stage that is at work is known under the id of its
 * process, which gives signs of life by a lease: whoever asks for it, after a crash too, learns whether it lives. Disposing stops what is
 * at work and waits for its end.
 */
export function openInProcessCarrier(ports: InProcessPorts): InProcessCarrier {
  const { stores, clock, random, concurrency = 4, aliveMs = 60_000 } = ports;
  const me = `worker/${random.uuid()}`;
  const logger = ports.logger ?? silentLogger;
  const atWork = new Map<string, StageAtWork>();
  const waiting: (() => void)[] = [];
  const closed = new AbortController();
  let [busy, pulse] = [0, undefined as Promise<void> | undefined];

  const showLife = async (): Promise<void> => {
    const claimed = await stores.leases.claim(me, { holder: me, nowMs: clock.nowMs(), leaseMs: aliveMs });
    if (claimed.kind === "busy") throw new RangeError(`${me} is the name of another process, too`);
  };
  const beat = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      await clock.sleep(aliveMs / 3, closed.signal).catch(() => undefined);
      if (closed.signal.aborted) return;
      await showLife().catch((error: unknown) =>
        logger.log("warn", "Could not give a sign of life.", { error: error instanceof Error ? error.name : "" }),
      );
    }
  };
  const isAlive = async (worker: string): Promise<boolean> => {
    const lease = await stores.leases.find(worker);
    return lease !== undefined && lease.expiresAtMs > clock.nowMs();
  };
  /** Then no start of it is made any more, here or anywhere: what is not at work by now never will be. */
  const isStopping = async (runId: string, key: string): Promise<boolean> => {
    const tasks = Object.values((await stores.runs.read(runId))?.state.tasks ?? {});
    return tasks.some(({ active }) => active?.key === key && active.stopping !== null);
  };
  /** What this process knows of a stage goes before what its runner can find out. */
  const watched = (stage: StageName, runner: StageRunner): StageRunner => ({
    ...runner,
    async observe(command, call): Promise<StageTruth> {
      const { key, externalId } = command;
      if (atWork.has(key)) return { is: "running", externalId: externalId ?? me };
      if (externalId?.startsWith("worker/") && externalId !== me && (await isAlive(externalId))) {
        return { is: "running", externalId };
      }
      if ((externalId === null || externalId === me) && (await isStopping(call.runId, key))) return { is: "stopped" };
      const asked = externalId?.startsWith("worker/") ? { ...command, externalId: null } : command;
      return (await runner.observe?.(asked, call)) ?? { is: "absent" };
    },
    async start(command, call) {
      await ports.tell({
        id: `${command.key}/started/${me}`,
        type: "started",
        runId: call.runId,
        key: command.key,
        atMs: clock.nowMs(),
        externalId: me,
      });
      const reply = await runner.start(command, call);
      logger.log("debug", `${stage} of ${command.task}: ${reply.kind}.`, { runId: call.runId, key: command.key });
      return reply;
    },
  });
  const runners = Object.fromEntries(
    Object.entries(ports.runners).map(([stage, runner]) => [stage, watched(stage as StageName, runner)]),
  ) as StageRunners;
  const carryOut = (message: CommandMessage, signal: AbortSignal) =>
    carryOutCommand(
      {
        runs: stores.runs,
        leases: stores.leases,
        runners,
        tell: ports.tell,
        receipts: ports.receipts,
        // Two deliveries of one start meet in `atWork`.
        starts: { claim: async () => true },
        clock,
        logger,
        metrics: ports.metrics ?? silentMetrics,
        leaseMs,
      },
      message,
      { deadlineAtMs: Number.POSITIVE_INFINITY, signal },
    );
  /** Whether it was: the run may want it no more. */
  const work = async (message: CommandMessage, signal: AbortSignal): Promise<boolean> => {
    if (busy >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
    busy++;
    try {
      const outcome = await carryOut(message, signal);
      if (outcome.kind === "dropped") logger.log("debug", outcome.why, { command: message.id });
      return outcome.kind === "done";
    } catch (error) {
      // Asked for it, the run learns that it is not at work any more.
      const name = error instanceof Error ? error.name : typeof error;
      logger.log("error", `${message.command.type} could not be carried out.`, { command: message.id, error: name });
      return true;
    } finally {
      busy--;
      waiting.shift()?.();
    }
  };

  /** Who asked while the start was on its way heard that it is at work, and would wait for the next tick. */
  const tellDropped = (message: CommandMessage, { key, task, stage, work: about }: StartCommand): void => {
    if (closed.signal.aborted) return;
    const command = { type: "observe", key, task, stage, work: about, externalId: null } as const;
    later({ ...message, id: `${message.id}/dropped`, command }, 0);
  };

  /** What gets lost, with this process or upon an error, the next tick asks. */
  const later = (message: CommandMessage, delayMs: number): void => {
    const carried = clock.sleep(delayMs, closed.signal).then(() => carryOut(message, closed.signal));
    carried.catch((error: unknown) => {
      const name = error instanceof Error ? error.name : typeof error;
      if (!closed.signal.aborted)
        logger.log("warn", `${message.command.type} failed.`, { command: message.id, error: name });
    });
  };

  return {
    async send(message, { delayMs = 0 } = {}) {
      closed.signal.throwIfAborted();
      if (delayMs > 0) return later(message, delayMs);
      const { command } = message;
      if (command.type === "stop") {
        atWork.get(command.key)?.stopped.abort(new StageStopped(`${command.key} is stopped`));
      }
      if (command.type !== "start") {
        await carryOut(message, closed.signal);
        return;
      }
      if (atWork.has(command.key)) return;
      const stopped = new AbortController();
      const running = { stopped, ended: Promise.resolve() };
      atWork.set(command.key, running);
      if (!pulse) {
        pulse = showLife().then(() => void beat());
        await pulse;
      }
      running.ended = work(message, stopped.signal)
        .finally(() => atWork.delete(command.key))
        .then((wasDone) => (wasDone ? undefined : tellDropped(message, command)));
    },
    async idle() {
      while (atWork.size > 0) await Promise.all([...atWork.values()].map(({ ended }) => ended));
    },
    async [Symbol.asyncDispose]() {
      closed.abort();
      for (const { stopped } of atWork.values()) stopped.abort(new StageStopped("the process ends"));
      await this.idle();
      const lease = await stores.leases.find(me);
      if (lease) await stores.leases.release(me, lease.fence);
    },
  };
}
