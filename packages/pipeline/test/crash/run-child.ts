// Runs a pipeline in a process of its own, which may end itself at an event, as a power cut would.
import { parseDefinition } from "@snowmelt/core/definition";
import { memorySecrets } from "@snowmelt/core/ports";
import { z } from "zod";
import { runPipeline } from "../../src/index.ts";

const Task = z.object({
  definition: z.unknown(),
  password: z.string(),
  stateRoot: z.string(),
  runsRoot: z.string(),
  /** The first event that has all of these properties ends the process. */
  killAt: z.record(z.string(), z.unknown()).nullable(),
});

const task = Task.parse(JSON.parse(process.argv[2] ?? ""));
const manifest = await runPipeline(parseDefinition(task.definition), {
  environment: "local",
  secrets: memorySecrets({ "test:password": task.password }),
  stateRoot: task.stateRoot,
  runsRoot: task.runsRoot,
  onEvent(event) {
    const { killAt } = task;
    if (!killAt) return;
    const properties: Record<string, unknown> = { ...event };
    if (Object.entries(killAt).every(([name, value]) => properties[name] === value))
      process.kill(process.pid, "SIGKILL");
  },
});
process.stdout.write(
  `${JSON.stringify({ datasets: manifest.datasets.map(({ outcome, counts, failure }) => ({ outcome, counts, failure })) })}\n`,
);
