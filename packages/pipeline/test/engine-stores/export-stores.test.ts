import { exportStores, openMemoryStores, restoreStores } from "@snowmelt/pipeline/engine";
import { describe, expect, test } from "vitest";
import { collect } from "../../src/engine/testing/contract-cases.ts";
import { sampleBreaker, sampleIncident } from "../../src/engine/testing/engine-stores-contract.ts";
import { requested, tell, told, wholeRun } from "../../src/engine/testing/sample-run.ts";
import { exported } from "./exported.ts";

async function filled() {
  const stores = openMemoryStores();
  await told(stores.runs, requested("running", 5000));
  const [item] = await stores.runs.pending(0, { limit: 1 });
  if (item) await stores.runs.take(item, { nowMs: 0, untilMs: 700 });
  await wholeRun(stores.runs, "ended", { beginMs: 1000, endMs: 2000 });
  await stores.leases.claim("dev/flights", { holder: "running", nowMs: 0, leaseMs: 100 });
  await stores.leases.claim("dev/old", { holder: "ended", nowMs: 0, leaseMs: 100 });
  await stores.leases.release("dev/old", 1);
  await stores.incidents.write("i", { value: sampleIncident(1), before: 0, deadlineAtMs: 10 });
  await stores.incidents.write("i", { value: sampleIncident(2), before: 1, deadlineAtMs: 20 });
  await stores.breakers.write("snowflake", { value: sampleBreaker(1), before: 0, deadlineAtMs: null });
  return stores;
}

async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

describe("an export of the engine's stores", () => {
  test("restores runs that go on where they were, and leases whose fences grow on", async () => {
    const lines = await collect(exportStores(await filled()));
    const stores = openMemoryStores();
    expect(await restoreStores(stores, () => linesOf(lines))).toEqual({
      runs: { restored: 2, kept: 0 },
      leases: { restored: 2, kept: 0 },
      incidents: { restored: 1, kept: 0 },
      breakers: { restored: 1, kept: 0 },
    });
    expect(await tell(stores.runs, requested("running", 5000))).toEqual({ kind: "seen" });
    expect(await stores.runs.pending(699, { limit: 10, runId: "running" })).toEqual([]);
    expect((await stores.runs.pending(700, { limit: 10, runId: "running" })).map(({ attempts }) => attempts)).toEqual([
      1,
    ]);
    expect(await stores.leases.claim("dev/old", { holder: "new", nowMs: 0, leaseMs: 100 })).toEqual({
      kind: "claimed",
      fence: 2,
    });
    expect((await stores.leases.claim("dev/flights", { holder: "new", nowMs: 99, leaseMs: 100 })).kind).toBe("busy");
    expect(await stores.incidents.read("i")).toEqual({ value: sampleIncident(2), version: 2 });
    expect(await stores.incidents.due(20, 10)).toEqual(["i"]);
  });

  test("leaves what is there as it is, so that it may be repeated", async () => {
    const stores = await filled();
    const before = await exported(stores);
    const lines = await collect(exportStores(stores));
    await stores.runs.forget(3000, { limit: 10 });
    const restored = await restoreStores(stores, () => linesOf(lines));
    expect(restored.runs).toEqual({ restored: 1, kept: 1 });
    expect(restored.leases).toEqual({ restored: 0, kept: 2 });
    expect(await exported(stores)).toEqual(before);
  });

  test.each<[string, (lines: readonly string[]) => readonly string[]]>([
    ["is empty", () => []],
    ["breaks off", (lines) => lines.slice(0, -1)],
    ["lacks a line", (lines) => lines.filter((_, index) => index !== 1)],
    ["has a line twice", (lines) => [...lines.slice(0, 2), ...lines.slice(1)]],
    ["has lines in another order", ([header = "", a = "", b = "", ...rest]) => [header, b, a, ...rest]],
    [
      "has a value that is another",
      (lines) => lines.map((line) => line.replace('"expiresAtMs":100', '"expiresAtMs":101')),
    ],
    ["has a line that is none of ours", (lines) => lines.with(1, '{"kind":"table"}')],
    ["has a line that is no JSON", (lines) => lines.with(1, "{")],
    ["begins with another line", (lines) => lines.slice(1)],
    ["goes on behind its end", (lines) => [...lines, lines[1] ?? ""]],
    ["is of a newer form", (lines) => lines.map((line) => line.replace('"formatVersion":1', '"formatVersion":2'))],
    [
      "has a state that a newer version wrote",
      (lines) => lines.map((line) => line.replaceAll('"schemaVersion":1', '"schemaVersion":2')),
    ],
  ])("that %s is refused, and nothing of it restored", async (_, damage) => {
    const lines = damage(await collect(exportStores(await filled())));
    const stores = openMemoryStores();
    await expect(restoreStores(stores, () => linesOf(lines))).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
    expect(await collect(exportStores(stores))).toEqual(await collect(exportStores(openMemoryStores())));
  });

  test("has of each run no more than happened up to its state", async () => {
    const stores = await filled();
    const [run] = await collect(stores.archive.runs());
    if (!run) throw new Error("no run");
    const [entry] = run.audit;
    if (!entry) throw new Error("no entry");
    const later = { ...run, audit: [...run.audit, { ...entry, version: run.state.version + 1 }] };
    const archive = { ...stores.archive, runs: () => asyncOf(later) };
    const lines = await collect(exportStores({ archive }));
    expect((await restoreStores(openMemoryStores(), () => linesOf(lines))).runs.restored).toBe(1);
  });
});

async function* asyncOf<T>(value: T): AsyncGenerator<T> {
  yield value;
}
