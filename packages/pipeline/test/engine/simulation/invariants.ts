import { decide, hasEnded, type IncidentState, type RunState } from "@snowmelt/core/engine";
import type { StoredRun } from "@snowmelt/pipeline/engine";
import { minute, policy, type World } from "./world.ts";

/** What did not hold of a world that has come to rest. */
export async function violationsOf(world: World, runIds: readonly string[]): Promise<readonly string[]> {
  const { stores, jobs, trace } = world;
  const found: string[] = [...jobs.overlaps, ...trace.filter((line) => line.startsWith("threw: "))];
  const runs = new Map<string, StoredRun>();
  for (const runId of runIds) {
    const run = await stores.runs.read(runId);
    if (!run) {
      found.push(`${runId} was never begun`);
      continue;
    }
    runs.set(runId, run);
    found.push(...(await problemsOfRun(world, run)));
  }
  found.push(...problemsOfLanes(world, runs), ...problemsOfJobs(world, runs));
  found.push(...(await problemsOfIncidents(world, [...runs.values()])));
  const left = await stores.runs.pending(Number.POSITIVE_INFINITY, { limit: 1000 });
  if (left.length > 0) found.push(`${left.length} commands were never carried out`);
  return found;
}

async function problemsOfRun(
  { stores, announced, lanes, told }: World,
  { state, graph }: StoredRun,
): Promise<string[]> {
  const { runId } = state;
  const found: string[] = [];
  if (!hasEnded(state)) found.push(`${runId} is ${state.status} for ever`);
  else if (!announced.has(`${runId}/${state.status}`)) found.push(`nobody was told that ${runId} is ${state.status}`);
  let replayed: RunState | undefined;
  for await (const { event, version } of stores.runs.audit(runId)) {
    if (replayed && replayed.definitionHash !== graph.definitionHash) break;
    replayed = decide(graph, replayed, event).state;
    if (replayed.version !== version) found.push(`${runId} lacks version ${version} in its audit trail`);
  }
  if (JSON.stringify(replayed) !== JSON.stringify(state)) found.push(`${runId} is not what its audit trail explains`);
  for (const [name, task] of Object.entries(state.tasks)) {
    if ((task.status === "active") !== (task.active !== null)) found.push(`${runId}/${name} is ${task.status}`);
    if (task.failure?.code === "FENCED" && task.status === "failed")
      found.push(`${runId}/${name} failed, as another run had its resource`);
    const dedupKey = `${state.environment}/${state.pipeline}/${name}`;
    const isTold = told.some(
      (each) => each.notification.dedupKey === dedupKey && each.notification.action === "trigger",
    );
    if (task.status === "failed" && !isTold) found.push(`${runId}/${name} failed, and nobody was alerted`);
    if (task.status !== "succeeded" || name === "dailyDelays") continue;
    const window = Number(task.results.commit?.window);
    if (lanes.committed.get(`dev/${name}`)?.[window] !== runId)
      found.push(`${runId}/${name} says it committed ${window}`);
  }
  return found;
}

/** As the engine has it. */
const mostRestarts = 5;

function problemsOfLanes({ lanes }: World, runs: ReadonlyMap<string, StoredRun>): string[] {
  const found: string[] = [];
  for (const [resource, lane] of lanes.committed) {
    for (const runId of new Set(lane)) {
      const times = lane.filter((each) => each === runId).length;
      const { round = 0, restarts = 0 } = runs.get(runId)?.state.tasks[resource.replace("dev/", "")] ?? {};
      // Whoever lost its resource before it heard of its commit begins again, with the next window. What an earlier round did is not kept.
      const most = 1 + restarts + round * (1 + mostRestarts);
      if (times > most) found.push(`${resource} was committed ${times} times by ${runId}, at most ${most} expected`);
    }
  }
  return found;
}

function problemsOfJobs({ jobs }: World, runs: ReadonlyMap<string, StoredRun>): string[] {
  return [...jobs.jobs.values()]
    .filter(({ truth }) => truth.is === "running")
    .filter(({ key }) => {
      const run = runs.get(key.split("/")[0] ?? "");
      return run !== undefined && hasEnded(run.state);
    })
    .map(({ key }) => `${key} is at work, and its run has ended`);
}

/** Beyond the clocks' difference, a reconciler that was left out, a store that was down, and a sender that died. */
const lateMs = 20 * minute;

async function problemsOfIncidents(world: World, runs: readonly StoredRun[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, value } of world.stores.incidents.list()) {
    if (value.untold) found.push(`${name} has ${value.untold.length} notices that were never sent`);
    if (value.status === "open" && value.told < policy.levels.length) found.push(`${name} was never escalated`);
    found.push(...problemsOfEscalation(world, value));
    if (value.status !== "resolved" && isMended(name, runs))
      found.push(`${name} is over, and said to be ${value.status}`);
  }
  return found;
}

function problemsOfEscalation(
  { told, acknowledged }: World,
  { dedupKey, openedAtMs, told: levels }: IncidentState,
): string[] {
  if (acknowledged.has(dedupKey)) return [];
  return policy.levels.slice(0, levels).flatMap(({ afterMs, channels }, level) => {
    const isOf = ({ notification }: World["told"][number]): boolean =>
      notification.dedupKey === dedupKey && notification.openedAtMs === openedAtMs && notification.action === "trigger";
    return channels.flatMap((channel) => {
      const first = told.find((each) => isOf(each) && each.notification.channel === channel);
      if (!first) return [`${dedupKey} was never told on ${channel} of level ${level}`];
      const isLate = first.atMs > openedAtMs + afterMs + lateMs;
      return isLate
        ? [`${dedupKey} was told on ${channel} ${(first.atMs - openedAtMs - afterMs) / minute} min late`]
        : [];
    });
  });
}

/** Whether everything of which the incident tells has come to a good end. */
function isMended(dedupKey: string, runs: readonly StoredRun[]): boolean {
  const [, , task = ""] = dedupKey.split("/");
  if (dedupKey.endsWith("/overdue") || dedupKey.endsWith("/paused")) return runs.every(({ state }) => hasEnded(state));
  if (dedupKey.startsWith("breaker/")) return false;
  const statuses = runs.map(({ state }) => state.tasks[task]?.status);
  return statuses.every((status) => status === "succeeded");
}
