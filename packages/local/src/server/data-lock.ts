import { randomUUID } from "node:crypto";
import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { localError } from "./local-error.ts";
import { readJson, writeAtomically } from "./write-atomically.ts";

const Holder = z.object({
  /** Null once it was given back. */
  pid: z.number().nullable(),
  /** Tells the process from a later one with the same pid, where the system says when a process began. */
  began: z.string().nullable(),
});
type Holder = z.infer<typeof Holder>;

/**
 * Takes a data folder for this process alone. A lock whose process is gone is taken over.
 *
 * Locks are numbered, and the highest number counts: taking over is putting the next number if absent. Removing a
 * stale lock instead would leave a moment in which two servers could both find the folder free.
 * @throws LOCAL_DATA_IN_USE when another running server holds it.
 */
export async function lockDataFolder(dataDir: string): Promise<AsyncDisposable> {
  const own: Holder = { pid: process.pid, began: await readProcessStart(process.pid) };
  const draft = join(dataDir, `${randomUUID()}.tmp`);
  await writeFile(draft, JSON.stringify(own));
  try {
    let path = await takeNext(dataDir, draft);
    while (path === undefined) path = await takeNext(dataDir, draft);
    const taken = path;
    return { [Symbol.asyncDispose]: () => writeAtomically(taken, JSON.stringify({ pid: null, began: null })) };
  } finally {
    await rm(draft, { force: true });
  }
}

/** One try to put the next lock; `undefined` when another was quicker. */
async function takeNext(dataDir: string, draft: string): Promise<string | undefined> {
  const held = (await listLocks(dataDir)).at(-1);
  const holder = held === undefined ? undefined : await readHolder(dataDir, held);
  if (holder !== undefined && (await isAlive(holder))) throw inUse(dataDir, holder);
  const next = (held ?? 0) + 1;
  const path = lockFile(dataDir, next);
  try {
    await link(draft, path);
  } catch (error) {
    if (isCode(error, "EEXIST")) return undefined;
    throw error;
  }
  const locks = await listLocks(dataDir);
  if (locks.at(-1) !== next) {
    await rm(path, { force: true });
    return undefined;
  }
  for (const older of locks.slice(0, -1)) await rm(lockFile(dataDir, older), { force: true });
  return path;
}

/** Who holds a lock; nobody when it was replaced meanwhile or cannot be read. */
function readHolder(dataDir: string, number: number): Promise<Holder | undefined> {
  return readJson(lockFile(dataDir, number), Holder).catch(() => undefined);
}

async function listLocks(dataDir: string): Promise<readonly number[]> {
  const numbers = (await readdir(dataDir)).flatMap((name) => /^server\.(\d+)\.lock$/.exec(name)?.[1] ?? []);
  return numbers.map(Number).sort((a, b) => a - b);
}

function lockFile(dataDir: string, number: number): string {
  return join(dataDir, `server.${number}.lock`);
}

async function isAlive({ pid, began }: Holder): Promise<boolean> {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isCode(error, "EPERM");
  }
  return began === null || (await readProcessStart(pid)) === began;
}

/** When a process began, in clock ticks since the machine did (Linux only). One that has ended and that nobody asked after has none. */
async function readProcessStart(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : `${boot.trim()}/${fields[19]}`;
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
