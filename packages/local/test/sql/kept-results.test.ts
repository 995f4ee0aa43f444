import { mkdtemp, readdir, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { openSession, openTestEngine, type TestEngine } from "./test-engine.ts";

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

/** About 1 MB of rows. */
const big = "SELECT REPEAT('x', 1000) AS T FROM TABLE(GENERATOR(ROWCOUNT => 1000))";
const maxBytes = 2_500_000;

async function open(dataDir?: string): Promise<TestEngine> {
  const test = await openTestEngine({ keptBytes: maxBytes, ...(dataDir === undefined ? {} : { dataDir }) });
  opened.push(test);
  return test;
}

async function keptBytes({ dataDir }: Pick<TestEngine, "dataDir">): Promise<number> {
  const folder = path.join(dataDir, "kept");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".rows"));
  const sizes = await Promise.all(files.map(async (name) => (await stat(path.join(folder, name))).size));
  return sizes.reduce((total, size) => total + size, 0);
}

const scan = (queryId: string) => `SELECT COUNT(*) FROM TABLE(RESULT_SCAN('${queryId}'))`;

it("results kept for RESULT_SCAN stay below their limit, and the oldest go first", async () => {
  const test = await open();
  const ids: string[] = [];
  for (let round = 0; round < 6; round++) {
    ids.push((await test.ask(big)).queryId);
    expect(await keptBytes(test)).toBeLessThanOrEqual(maxBytes);
  }
  expect(await test.cell(scan(ids[4] ?? ""))).toBe("1000");
  expect(await test.cell(scan(ids[5] ?? ""))).toBe("1000");
  expect(await test.failure(scan(ids[3] ?? ""))).toMatchObject({ code: "000709" });
});

it("a result larger than the limit is not kept, and takes no other's place", async () => {
  const test = await open();
  const small = (await test.ask("SELECT 1 AS N")).queryId;
  const large = (await test.ask(`${big.replace("1000))", "4000))")}`)).queryId;
  expect(await test.failure(scan(large))).toMatchObject({ code: "000709" });
  expect(await test.cell(scan(small))).toBe("1");
});

it("a result that a statement reads stays until the statement ends", async () => {
  const test = await open();
  const { queryId } = await test.ask(big);
  const { kept } = test.engine.state;
  const file = kept.use(queryId, "a slow reader");
  for (let round = 0; round < 4; round++) await test.ask(big);
  expect((await stat(file ?? "")).size).toBeGreaterThan(1_000_000);
  await kept.release("a slow reader");
  await test.ask(big);
  await expect(stat(file ?? "")).rejects.toMatchObject({ code: "ENOENT" });
});

it("a statement lets go of what it read, whether it ended well or not", async () => {
  const test = await open();
  const { queryId } = await test.ask(big);
  await test.cell(scan(queryId));
  await test.failure(`SELECT T::NUMBER FROM TABLE(RESULT_SCAN('${queryId}'))`);
  for (let round = 0; round < 4; round++) await test.ask(big);
  expect(await test.failure(scan(queryId))).toMatchObject({ code: "000709" });
});

it("an engine that opens over a folder keeps to the limit, to a day, and to whole results", async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "snowmelt-kept-"));
  opened.push({ [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }) });
  const ids: string[] = [];
  {
    await using first = await openTestEngine({ dataDir, keptBytes: 1024 ** 3 });
    for (const name of ["half", "old", "a", "b", "c"]) {
      await using executed = await first.engine.execute(openSession(null, null), {
        sqlText: big,
        binds: {},
        queryId: name,
        startedAtMicros: 0n,
        signal: new AbortController().signal,
      });
      ids.push(name);
      expect(executed.rowCount).toBe(1000);
    }
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    await utimes(path.join(dataDir, "kept", "old.rows"), twoDaysAgo, twoDaysAgo);
    await rm(path.join(dataDir, "kept", "half.rows.json"));
  }
  await openTestEngine({ dataDir, keptBytes: maxBytes }).then(async (test) => {
    expect((await readdir(path.join(dataDir, "kept"))).sort()).toEqual([
      "b.rows",
      "b.rows.json",
      "c.rows",
      "c.rows.json",
    ]);
    expect(await test.cell(scan("c"))).toBe("1000");
    await test.engine[Symbol.asyncDispose]();
  });
});
