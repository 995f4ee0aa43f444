import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Script, startScriptedServer } from "./scripted-server.ts";

const queryId = "01b00000-0000-0000-0000-000000000001";
const text = (...names: string[]) => names.map((name) => ({ name, type: "text" }));

/** Reads a result in a process of its own, from an empty folder. */
async function readInChild(script: Script) {
  await using server = await startScriptedServer(script);
  return await runChild("read-rows.ts", String(server.port), queryId);
}

async function runChild(name: string, ...rest: string[]) {
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-child-"));
  try {
    const entry = fileURLToPath(new URL(`./children/${name}`, import.meta.url));
    const args = ["--conditions=@snowmelt/source", "--no-warnings", entry, ...rest];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (data) => (output.stdout += data));
    child.stderr.on("data", (data) => (output.stderr += data));
    const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { exitCode, ...output, files: await readdir(folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readAll(script: Script, stallMs = 1000): Promise<(string | null)[][]> {
  await using server = await startScriptedServer(script);
  const result = await server.session.openResult(queryId);
  const rows: (string | null)[][] = [];
  await result.read(
    { start: 0, end: result.rowCount },
    { stallMs, onRows: (slab) => void rows.push(...slab.map((row) => [...row])) },
  );
  return rows;
}

describe("driver trap", () => {
  it("a malformed chunk neither hangs nor ends the process as if all were well", { timeout: 30_000 }, async () => {
    const broken = { columns: text("A"), rows: [["0"]], chunks: [{ body: '["1"],["2"', rowCount: 2 }] };
    const { exitCode, stderr } = await readInChild(broken);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("RESULT_STALLED");
  });

  it("a malformed chunk that came in advance is an error, not the end of the process", async () => {
    const chunks = [
      { body: '["1"],["2"]', rowCount: 2, delayMs: 200 },
      { body: '["3"],["4', rowCount: 2 },
    ];
    await expect(readAll({ columns: text("A"), rows: [["0"]], chunks })).rejects.toMatchObject({
      code: "RESULT_UNREADABLE",
      retryable: true,
    });
  });

  it("a cell the driver cannot convert is an error, not the end of the process", async () => {
    const rows = [["perhaps"]];
    await expect(readAll({ columns: [{ name: "B", type: "boolean" }], rows })).rejects.toMatchObject({
      code: "RESULT_UNREADABLE",
    });
  });

  it("an uncaught error of anyone else ends the process as ever, while rows are read", {
    timeout: 30_000,
  }, async () => {
    const { exitCode, stdout, stderr } = await runChild("foreign-error.ts");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("not the driver's");
  });

  it("the default logging writes nothing: no snowflake.log, no output", { timeout: 30_000 }, async () => {
    const fine = { columns: text("A"), rows: [["0"]], chunks: [{ body: '["1"],["2"]', rowCount: 2 }] };
    expect(await readInChild(fine)).toEqual({ exitCode: 0, stdout: "", stderr: "", files: [] });
  });

  it("a chunk with fewer rows than announced is not taken for whole", async () => {
    const short = { columns: text("A"), rows: [["0"]], chunks: [{ body: '["1"]', rowCount: 2 }] };
    await expect(readAll(short)).rejects.toMatchObject({ code: "RESULT_INCOMPLETE" });
  });

  it("a short chunk in the middle does not shift what follows into its place", async () => {
    const chunks = [
      { body: '["1"]', rowCount: 2 },
      { body: '["3"],["4"]', rowCount: 2 },
    ];
    await expect(readAll({ columns: text("A"), rows: [["0"]], chunks })).rejects.toMatchObject({
      code: "RESULT_INCOMPLETE",
    });
  });

  it("VARIANT text that is not JSON is not run as code", async () => {
    const code = "(globalThis.trapped = true, 1)";
    const rows = await readAll({ columns: [{ name: "V", type: "variant" }], rows: [[code], ["{a:1}"], [null]] });
    expect(rows).toEqual([[code], ["{a:1}"], [null]]);
    expect(globalThis).not.toHaveProperty("trapped");
  });

  it("representNullAsStringNull: NULL stays null and the word NULL stays text", async () => {
    expect(await readAll({ columns: text("A"), rows: [[null], ["NULL"]] })).toEqual([[null], ["NULL"]]);
  });

  it("typed numbers keep every digit as text", async () => {
    const digits = ["99999999999999999999999999999999999999", "-9007199254740993", null];
    const rows = digits.map((value) => [value]);
    expect(await readAll({ columns: [{ name: "N", type: "fixed", scale: 0 }], rows })).toEqual(rows);
  });

  it("the result is waited for: columns and row count are there when it is opened", async () => {
    await using server = await startScriptedServer({ columns: text("A", "B"), rows: [["1", "2"]] });
    const { rowCount, columns } = await server.session.openResult(queryId);
    expect([rowCount, columns.map(({ name }) => name)]).toEqual([1, ["A", "B"]]);
  });

  it("an end past the last row, or before the first, reads nothing that is not there", async () => {
    await using server = await startScriptedServer({ columns: text("A"), rows: [["0"], ["1"]] });
    const result = await server.session.openResult(queryId);
    const seen: unknown[] = [];
    const options = { stallMs: 1000, onRows: (rows: readonly unknown[]) => void seen.push(...rows) };
    await result.read({ start: 1, end: 1 }, options);
    expect(seen).toEqual([]);
    await expect(result.read({ start: 1, end: 3 }, options)).rejects.toMatchObject({ code: "RESULT_INCOMPLETE" });
  });
});
