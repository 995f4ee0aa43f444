import { openFileStore } from "@snowmelt/lake";
import { openFileStores } from "@snowmelt/pipeline/engine";
import { keysOf, requested, sampleGraph, succeeded, tell } from "../../src/engine/testing/sample-run.ts";

// Works on some runs in a folder until all of them have ended, beside other processes that do the same. Tells each change on a line.
const [folder = "", runIds = ""] = process.argv.slice(2);
const { runs, leases } = openFileStores(openFileStore(folder));
const graph = sampleGraph(3);
const holder = `process ${process.pid}`;
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

for (const runId of runIds.split(",")) say(`${runId} ${(await tell(runs, requested(runId), graph)).kind}`);
for (let round = 0; ; round++) {
  const open: string[] = [];
  for (const runId of runIds.split(",")) {
    const state = (await runs.read(runId))?.state;
    if (state?.endedAtMs === null) open.push(runId);
    for (const key of state ? keysOf(state) : []) {
      await leases.claim(runId, { holder, nowMs: round * 1000, leaseMs: 500 });
      say(`${key} ${(await tell(runs, succeeded(runId, key, 2000 + round))).kind}`);
    }
  }
  const items = await runs.pending(Number.MAX_SAFE_INTEGER, { limit: 5 });
  for (const item of items) {
    const taken = await runs.take(item, { nowMs: item.notBeforeMs, untilMs: item.notBeforeMs + 1 });
    if (!taken) continue;
    await runs.settle(taken);
    say(`${item.id} carried out`);
  }
  if (open.length === 0 && items.length === 0) break;
}
