import type { StageTruth } from "@snowmelt/core/engine";
import type { Receipts, StageReply, StageRunner } from "../engine/index.ts";

/** A runner whose replies are kept: a repeat under a key does nothing again, and `observe` knows what ended. */
export function withReceipts(runner: StageRunner, receipts: Receipts): StageRunner {
  return {
    async start(command, call) {
      const known = await receipts.find(command.key);
      if (known) return known;
      const reply = await runner.start(command, call);
      // Who was stopped says nothing of the work: the next try does it.
      return call.signal.aborted && reply.kind === "failed" ? reply : receipts.write(command.key, reply);
    },
    async observe(command, call) {
      const reply = await receipts.find(command.key);
      const truth = reply && truthOf(reply);
      return truth ?? (await runner.observe?.(command, call)) ?? { is: "absent" };
    },
    stop: async (command, call) => runner.stop?.(command, call),
  };
}

/** Undefined for what is still under way. A piece that was told of in vain is found again by the next try from its place. */
function truthOf(reply: StageReply): StageTruth | undefined {
  switch (reply.kind) {
    case "succeeded": {
      const { kind: _, ...success } = reply;
      return { is: "succeeded", ...success };
    }
    case "failed":
      return { is: "failed", failure: reply.failure };
    default:
      return undefined;
  }
}
