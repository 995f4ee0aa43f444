import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { lockDataFolder } from "../../src/server/data-lock.ts";

test.runIf(process.platform === "linux")(
  "a folder whose holder was killed and not reaped is free, and one whose holder lives is not",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "lock-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    // The shell becomes a program that knows of no child, and so never asks after it.
    const parent = spawn("sh", ["-c", "sleep 30 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void parent.kill("SIGKILL"));
    const pid = Number(String((await once(parent.stdout, "data"))[0]));
    const fields = async () => (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /s, "").split(" ");
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const holder = { pid, began: `${boot}/${(await fields())[19]}` };
    await writeFile(join(folder, "server.1.lock"), JSON.stringify(holder));
    await expect(lockDataFolder(folder)).rejects.toMatchObject({ code: "LOCAL_DATA_IN_USE" });
    process.kill(pid, "SIGKILL");
    while ((await fields())[0] !== "Z") await delay(10);
    await (await lockDataFolder(folder))[Symbol.asyncDispose]();
  },
);
