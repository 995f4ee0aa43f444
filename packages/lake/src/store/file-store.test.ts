import { spawnSync } from "node:child_process";
import { chmod, link, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toStoreError } from "./file-error.ts";
import { openFileStore } from "./file-store.ts";

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "snowmelt-files-"));
});
afterEach(() => rm(base, { recursive: true }));

/** Mounts that nobody else sees and that go with the process; as root too. */
const ownMounts = ["--map-root-user", "--mount"];
const canMount = spawnSync("unshare", [...ownMounts, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

const bytes = new TextEncoder().encode("x");
const root = () => join(base, "root");

describe("keys", () => {
  it.each([
    "",
    "/etc/passwd",
    "../outside",
    "a/../../outside",
    "a/..",
    "./a",
    "a//b",
    "a/",
    "a\0b",
    `${"n".repeat(256)}`,
    `a/${"é".repeat(128)}`,
    "half\ud800surrogate",
    ".snowmelt-tmp/x",
  ])("refuses %j in clear words and touches nothing", async (key) => {
    const store = openFileStore(root());
    for (const attempt of [store.put(key, bytes), store.putIfAbsent(key, bytes), store.get(key), store.delete(key)]) {
      await expect(attempt).rejects.toMatchObject({ code: "STORE_KEY_INVALID", category: "storage" });
    }
    expect(await readdir(base)).toEqual([]);
  });

  it("keeps every key that it accepts below the root, and gives it back", async () => {
    const segment = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(segment, fc.constantFrom("..", ".", "~", "\\", "a")), { maxLength: 4 }),
        async (parts) => {
          const key = parts.join("/");
          const store = openFileStore(root());
          try {
            await store.put(key, bytes);
          } catch (error) {
            expect(error).toMatchObject({ code: "STORE_KEY_INVALID" });
            return;
          }
          const found: string[] = [];
          for await (const meta of store.list("")) found.push(meta.key);
          expect(found).toEqual([key]);
          await store.delete(key);
          expect(await readdir(base)).toEqual(["root"]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("does not follow a link out of the root, and follows one that stays inside", async () => {
    await mkdir(join(base, "secret"));
    await writeFile(join(base, "secret", "file"), "hidden");
    await mkdir(join(root(), "inside"), { recursive: true });
    await symlink(join(base, "secret"), join(root(), "out"));
    await symlink(join(root(), "inside"), join(root(), "in"));
    const store = openFileStore(root());
    await expect(store.get("out/file")).rejects.toMatchObject({ code: "STORE_KEY_INVALID" });
    await expect(store.put("out/new", bytes)).rejects.toThrow(/outside the store's root/);
    await expect(store.put("out/deep/new", bytes)).rejects.toThrow(/outside the store's root/);
    await store.put("in/x", bytes);
    expect(await store.get("inside/x")).toEqual(bytes);
  });

  it("says that a key and a prefix of it cannot both be objects", async () => {
    const store = openFileStore(root());
    await store.put("a", bytes);
    await expect(store.put("a/b", bytes)).rejects.toMatchObject({ code: "STORE_KEY_BLOCKED" });
    await store.put("c/d", bytes);
    await expect(store.put("c", bytes)).rejects.toMatchObject({ code: "STORE_KEY_BLOCKED" });
    await expect(store.putIfAbsent("c", bytes)).rejects.toMatchObject({ code: "STORE_KEY_BLOCKED" });
    await store.delete("c/d");
    await store.put("c", bytes);
  });
});

describe("an object that is there before its link is answered", () => {
  it("is known for one's own, as a network file system may ask for a link twice", async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield bytes;
      const [unfinished = ""] = await readdir(join(root(), ".snowmelt-tmp"));
      await link(join(root(), ".snowmelt-tmp", unfinished), join(root(), "entry"));
    }
    const store = openFileStore(root());
    expect(await store.putIfAbsent("entry", body())).toMatchObject({ status: "created", meta: { sizeBytes: 1 } });
    expect(await store.putIfAbsent("entry", bytes)).toEqual({ status: "exists" });
    expect(await readdir(join(root(), ".snowmelt-tmp"))).toEqual([]);
  });
});

it("puts under a name that others put and delete all the time, or is told that it is there", async () => {
  const store = openFileStore(root());
  const work = async (): Promise<void> => {
    for (let round = 0; round < 200; round++) {
      const { status } = await store.putIfAbsent("a/contested", bytes);
      expect(["created", "exists"]).toContain(status);
      await store.delete("a/contested");
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
});

describe("failures", () => {
  it("names a folder that may not be written to", async () => {
    await mkdir(root());
    await writeFile(join(root(), "there"), "x");
    await chmod(base, 0o755);
    await chmod(root(), 0o555);
    const script = `
      import { openFileStore } from ${JSON.stringify(join(import.meta.dirname, "file-store.ts"))};
      if (process.getuid() === 0) process.setuid(65534);
      try { await openFileStore(${JSON.stringify(root())}).put("new/key", new Uint8Array(1)); }
      catch (error) { console.log(JSON.stringify(error)); }`;
    const child = spawnSync(process.execPath, ["--conditions=@snowmelt/source", "--input-type=module", "-e", script]);
    await chmod(root(), 0o755);
    expect(JSON.parse(child.stdout.toString())).toMatchObject({
      code: "STORE_READ_ONLY",
      category: "storage",
      message: expect.stringContaining(root()),
    });
    expect(await readdir(root())).toEqual(["there"]);
  });

  const itMounts = canMount ? it : () => undefined;
  itMounts("says of a file system that is mounted read-only that it cannot be written to", async () => {
    await mkdir(root());
    const script = `
      import { openFileStore } from ${JSON.stringify(join(import.meta.dirname, "file-store.ts"))};
      try { await openFileStore(${JSON.stringify(join(root(), "lake"))}).put("new/key", new Uint8Array(1)); }
      catch (error) { console.log(JSON.stringify(error)); }`;
    const child = spawnSync(
      "unshare",
      [...ownMounts, "sh", "-c", 'mount -t tmpfs -o ro tmpfs "$1"; shift; exec "$@"', "sh", root()].concat([
        process.execPath,
        "--conditions=@snowmelt/source",
        "--input-type=module",
        "-e",
        script,
      ]),
    );
    expect(JSON.parse(child.stdout.toString())).toMatchObject({
      code: "STORE_READ_ONLY",
      category: "storage",
      message: `Cannot write new/key: ${join(root(), "lake", "new", "key")} cannot be written to, because its file system is mounted read-only (EROFS). Mount it for writing, or name another folder, and run again.`,
    });
  });

  it.skipIf(process.platform !== "linux")("ends where no folder can ever be made", async () => {
    const put = openFileStore("/proc/snowmelt-none/lake").put("key", bytes);
    await expect(put).rejects.toMatchObject({ code: "STORE_FAILED", details: { errno: "ENOENT" } });
  });

  it("says how much space is left when there is none, and where", () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const error = toStoreError(full, { what: "write raw/t/part-1", path: "/lake/raw/t/part-1", freeBytes: 4096 });
    expect(error).toMatchObject({ code: "STORE_FULL", category: "storage", retryable: false, cause: full });
    expect(error?.message).toBe(
      "Cannot write raw/t/part-1: the disk or the quota is full at /lake/raw/t/part-1 (4.1 KB free now that the unfinished file is gone). Make room and run again.",
    );
  });

  it("passes on a failure of the body as it is, even if it looks like one of the file system", async () => {
    const reset = Object.assign(new Error("read ECONNRESET"), { code: "ENOSPC" });
    async function* body(): AsyncGenerator<Uint8Array> {
      yield bytes;
      throw reset;
    }
    await expect(openFileStore(root()).put("k", body())).rejects.toBe(reset);
  });

  it("fails a listing that meets a name it cannot give, instead of leaving it out", async () => {
    await mkdir(root());
    await writeFile(Buffer.concat([Buffer.from(`${root()}/`), Buffer.from([0x66, 0xff])]), "x");
    const listing = openFileStore(root()).list("");
    await expect(listing[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "STORE_FAILED" });
  });
});
