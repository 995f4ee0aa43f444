/** Reads one result in a process of its own and prints one line of JSON. */
import { stream } from "@snowmelt/snowflake";
import { openSession, planOf, type Task } from "./task.ts";

async function readResult(task: Task): Promise<void> {
  await using session = await openSession(task);
  const startMs = performance.now();
  let rows = 0;
  if (task.mode === "driver") {
    const result = await session.openResult(task.queryId);
    const onRows = (slab: readonly unknown[]): void => {
      rows += slab.length;
    };
    await result.read({ start: 0, end: result.rowCount }, { stallMs: 60_000, onRows });
  } else {
    for await (const { batch } of stream(session, { queryId: task.queryId, plan: planOf(), ...task.options })) {
      rows += batch.rowCount;
    }
  }
  const seconds = (performance.now() - startMs) / 1000;
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ rows, seconds, peakMegabytes }));
}

await readResult(JSON.parse(process.argv[2] ?? "") as Task);
