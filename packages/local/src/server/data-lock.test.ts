import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { lockDataFolder } from "./data-lock.ts";

describe("the lock of a data folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "snowmelt-lock-"));
    onTestFinished(() => rm(folder, { recursive: true }));
  });
  const lockFile = () => join(folder, "server.7.lock");
  const readHolder = async () => JSON.parse(await readFile(join(folder, "server.8.lock"), "utf8"));

  it("is held by one server, and free when that one is done", async () => {
    const lock = await lockDataFolder(folder);
    await expect(lockDataFolder(folder)).rejects.toMatchObject({ code: "LOCAL_DATA_IN_USE" });
    await lock[Symbol.asyncDispose]();
    await (await lockDataFolder(folder))[Symbol.asyncDispose]();
    expect(await readdir(folder)).toHaveLength(1);
  });

  it("is taken over from a process that is gone", async () => {
    await writeFile(lockFile(), JSON.stringify({ pid: 2 ** 22 + 1, began: null }));
    await lockDataFolder(folder);
    expect((await readHolder()).pid).toBe(process.pid);
  });

  it.runIf(process.platform === "linux")("is taken over from another process that had the same id", async () => {
    await writeFile(lockFile(), JSON.stringify({ pid: process.pid, began: "another-boot/1" }));
    await lockDataFolder(folder);
    expect((await readHolder()).began).not.toBe("another-boot/1");
  });

  it("is taken over when a kill left it unreadable", async () => {
    await writeFile(lockFile(), "{");
    await lockDataFolder(folder);
  });

  it.each([...Array(20).keys()])("is won by one of many that find it stale at once (%i)", async () => {
    await writeFile(lockFile(), JSON.stringify({ pid: 2 ** 22 + 1, began: null }));
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataFolder(folder)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
