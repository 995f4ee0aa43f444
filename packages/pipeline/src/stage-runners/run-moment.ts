import { z } from "zod";
import type { RunContext } from "../run/run-context.ts";
import { takeSnapshot } from "../run/take-snapshot.ts";
import type { StageTask } from "./stage-task.ts";

const Moment = z.object({ micros: z.bigint(), takenAtMs: z.number() });

/** Sources of a run are read as of one moment while it is younger; those that come later are read as of their own. */
const sharedForMs = 3_600_000;

/**
 * The moment that the datasets of a run are read as of: whichever comes first takes it, after it looked at its source, and the
 * others find it. Microseconds of the server's clock.
 */
export async function runMoment({
  context,
  objects,
  record,
}: Pick<StageTask, "context" | "objects" | "record">): Promise<bigint> {
  const { runId, clock } = context;
  const key = `runs/${runId}/moment.json`;
  const nowMs = clock.nowMs();
  const shared =
    (await objects.find(key, Moment)) ??
    (await objects.keep(key, Moment, { micros: await takeSnapshot(context), takenAtMs: nowMs }));
  if (nowMs - shared.takenAtMs <= sharedForMs) return shared.micros;
  record.notice(
    "MOMENT_OF_ITS_OWN",
    "The moment that the run's first dataset was read as of is long past, so this one is read as of a moment of its own.",
  );
  return takeSnapshot(context satisfies Pick<RunContext, "session" | "signal">);
}
