import { readFile } from "node:fs/promises";

/**
 * Whether a process of this machine still does anything. One that has ended and that its parent has not asked after keeps its
 * id and takes signals; on Linux its state tells it from a living one. One of another user counts as alive.
 */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name, in parentheses, may hold anything, parentheses included.
  const state = stat?.slice(stat.lastIndexOf(")") + 2)[0];
  return state === undefined || !ended.has(state);
}

/** Zombie, and dead. */
const ended: ReadonlySet<string> = new Set(["Z", "X"]);
