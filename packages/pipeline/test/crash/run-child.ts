// Runs a pipeline in a process of its own, which may end itself at an event, as a power cut would, or freeze there.
import { parseDefinition } from "@snowmelt/core/definition";
import { memorySecrets } from "@snowmelt/core/ports";
import { z } from "zod";
import { type RunOptions, runBackfill, runPipeline } from "../../src/index.ts";

const Task = z.object({
  definition: z.unknown(),
  password: z.string(),
  stateRoot: z.string(),
  runsRoot: z.string(),
  lake: z.object({
    s3Endpoint: z.string().optional(),
    glueEndpoint: z.string().optional(),
    credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }).optional(),
  }),
  refresh: z.boolean(),
  backfill: z
    .object({
      backfillId: z.string(),
      range: z.object({ lo: z.string(), hi: z.string(), slices: z.number() }),
    })
    .nullable(),
  /** The first event that has all of these properties sends the process a signal. */
  at: z.record(z.string(), z.unknown()).nullable(),
  signal: z.enum(["SIGKILL", "SIGSTOP"]),
});

const task = Task.parse(JSON.parse(process.argv[2] ?? ""));
let isReached = false;
const options: RunOptions = {
  environment: "local",
  secrets: memorySecrets({ "test:password": task.password }),
  stateRoot: task.stateRoot,
  runsRoot: task.runsRoot,
  lake: task.lake,
  onEvent(event) {
    const { at, signal } = task;
    if (!at || isReached) return;
    const properties: Record<string, unknown> = { ...event };
    isReached = Object.entries(at).every(([name, value]) => properties[name] === value);
    if (isReached) process.kill(process.pid, signal);
  },
};
const definition = parseDefinition(task.definition);
const manifest = await (task.backfill
  ? runBackfill(definition, { ...options, ...task.backfill })
  : runPipeline(definition, { ...options, refresh: task.refresh }));
process.stdout.write(
  `${JSON.stringify({ datasets: manifest.datasets.map(({ outcome, counts, failure }) => ({ outcome, counts, failure })) })}\n`,
);
