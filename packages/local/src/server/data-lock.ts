import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { localError } from "./local-error.ts";
import { readJson } from "./write-atomically.ts";

const Holder = z.object({
  pid: z.number(),
  /** Tells the process from a later one with the same pid, where the system says when a process began. */
  began: z.string().nullable(),
});
type Holder = z.infer<typeof Holder>;

/**
 * Takes a data folder for this process alone. A lock whose process is gone is taken over.
 * @throws LOCAL_DATA_IN_USE when another running server holds it.
 */
export async function lockDataFolder(dataDir: string): Promise<AsyncDisposable> {
  const path = join(dataDir, "server.lock");
  const own: Holder = { pid: process.pid, began: await readProcessStart(process.pid) };
  const draft = `${path}.${randomUUID()}.tmp`;
  await writeFile(draft, JSON.stringify(own));
  try {
    while (!(await takeLock(draft, path))) await clearStaleLock(path, dataDir);
  } finally {
    await rm(draft, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

async function takeLock(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

async function clearStaleLock(path: string, dataDir: string): Promise<void> {
  const holder = await readJson(path, Holder).catch(() => undefined);
  if (holder !== undefined && (await isAlive(holder))) throw inUse(dataDir, holder);
  // Renamed first: of two servers that both found the lock stale, only one moves it, and it looks at what it moved.
  const moved = `${path}.${randomUUID()}.stale`;
  try {
    await rename(path, moved);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  const taken = await readJson(moved, Holder).catch(() => undefined);
  if (taken !== undefined && (await isAlive(taken))) {
    await link(moved, path).catch(() => {});
    await rm(moved, { force: true });
    throw inUse(dataDir, taken);
  }
  await rm(moved, { force: true });
}

async function isAlive({ pid, began }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isCode(error, "EPERM");
  }
  return began === null || (await readProcessStart(pid)) === began;
}

/** When a process began, in clock ticks since the machine did (Linux only). */
async function readProcessStart(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    return `${boot.trim()}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return null;
  }
}

function inUse(dataDir: string, holder: Holder): Error {
  return localError(
    "LOCAL_DATA_IN_USE",
    `The data folder ${dataDir} is in use by another local Snowflake (process ${holder.pid}). Stop that one, or choose another folder.`,
    { details: { dataDir, pid: holder.pid } },
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
