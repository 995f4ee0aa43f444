/** The landing that is asked for on standard input, in a process of its own; prints a line of JSON. */
import { json } from "node:stream/consumers";
import { type Landed, routes, type Task } from "./task.ts";

type Land = (task: Task) => Promise<number>;

/** Each subject's own code alone is loaded: what the others need is not in its memory. */
async function loadSubject({ subject, route }: Task): Promise<Land> {
  if (subject === "snowmelt") return (await import("./run-flights.ts")).runFlights;
  if (routes[route].unloads) return (await import("./by-hand/copy-into-stage.ts")).copyIntoStage;
  return (await import("./by-hand/copy-rows.ts")).copyRows;
}

async function measure(task: Task): Promise<Landed> {
  const land = await loadSubject(task);
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const rows = await land(task);
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (rows !== task.rowCount) throw new Error(`${task.subject}: expected ${task.rowCount} rows, got ${rows}.`);
  return { seconds, cpuSeconds: (user + system) / 1e6, peakRssMb: process.resourceUsage().maxRSS / 1024 };
}

console.log(JSON.stringify(await measure((await json(process.stdin)) as Task)));
