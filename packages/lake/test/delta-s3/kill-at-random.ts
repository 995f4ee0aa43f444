import type { ChildProcess } from "node:child_process";
import type { Clock, Random } from "@snowmelt/core/ports";

/** A process that was told to begin and has not ended. */
export interface Running {
  readonly child: ChildProcess;
  /** Commits that it has told of. */
  commits: number;
}

export interface Kills {
  /** Processes that were killed at work. */
  readonly count: number;
  /** Those among them that had not told of any commit. */
  readonly beforeFirst: number;
}

export interface KillPlan {
  readonly kills: number;
  /** Between two moments of a kill at most. */
  readonly gapMs: number;
  /** Commits that all processes together will make. */
  readonly total: number;
  /** Those of them that were told of by now. */
  readonly committed: () => number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Kills so many of the running processes, each drawn at random and at a random moment, until none is left to kill or none
 * is running: half of them from the beginning on, the others spread over the race, and among those that have committed.
 */
export async function killAtRandom(
  running: ReadonlySet<Running>,
  { kills, gapMs, total, committed, clock, random }: KillPlan,
): Promise<Kills> {
  let [count, beforeFirst] = [0, 0];
  while (count < kills && running.size > 0) {
    await clock.sleep(random.float() * gapMs);
    const half = kills / 2;
    if (committed() < (0.9 * total * (count - half)) / half) continue;
    const committers = [...running].filter(({ commits }) => commits > 0);
    const victims = count < half || committers.length === 0 ? [...running] : committers;
    const victim = victims[Math.floor(random.float() * victims.length)];
    // One that has just ended by itself, or was killed and is not gone yet, is no kill.
    if (!victim || victim.child.exitCode !== null || victim.child.killed || !victim.child.kill("SIGKILL")) continue;
    count++;
    if (victim.commits === 0) beforeFirst++;
  }
  return { count, beforeFirst };
}
