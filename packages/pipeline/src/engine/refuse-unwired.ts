import type { RunEvent, StageName } from "@snowmelt/core/engine";
import type { Clock } from "@snowmelt/core/ports";
import type { CommandCarrier } from "./command-message.ts";

export interface RefusalPorts {
  /** Whether anybody carries out the stage: there is a function for it, deployed or about to be. */
  readonly isWired: (stage: StageName) => boolean;
  /** To the orchestrator, as whoever carries out a command tells it. */
  readonly tell: (event: RunEvent) => Promise<void>;
  readonly clock: Pick<Clock, "nowMs">;
}

/**
 * A carrier that tells of a start that nobody will ever carry out as failed, at once and for good: STAGE_UNAVAILABLE. Asked for or stopped,
 * such a stage was never begun. Everything else goes on as it came. May be repeated.
 */
export function refuseUnwired(carrier: CommandCarrier, { isWired, tell, clock }: RefusalPorts): CommandCarrier {
  return {
    async send(message, options) {
      const { command, runId } = message;
      const { stage, task, key } = command;
      if (isWired(stage)) return carrier.send(message, options);
      const about = { id: `${key}/unavailable/${command.type}`, runId, key, atMs: clock.nowMs() };
      if (command.type === "observe") {
        return tell({ ...about, type: "observed", externalId: command.externalId, truth: { is: "absent" } });
      }
      if (command.type === "stop") return;
      const why = `${stage} of ${task} cannot be carried out: no function carries out ${stage}.`;
      await tell({ ...about, type: "failed", failure: { code: "STAGE_UNAVAILABLE", message: why, retryable: false } });
    },
  };
}
