/** A bug as it might be written: what stands in a file of `packages/core`, and what stands there instead. */
export interface Bug {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const engine = "src/engine";
const world = "test/engine/simulation";

export const bugs: readonly Bug[] = [
  {
    name: "an event of an earlier try is taken for one of this",
    file: `${engine}/decide.ts`,
    from: "state.tasks[name]?.active?.key === event.key",
    to: 'event.key.includes("/" + name + "/" + state.tasks[name]?.active?.name + "/")',
  },
  {
    name: "a try that takes too long is given up without being stopped",
    file: `${engine}/task-step.ts`,
    from: 'isOver && stage.isStoppable) return stop(context, task, "timeout");',
    to: 'isOver && stage.isStoppable) return fail(context, task, { code: "TIMED_OUT", message: "", retryable: true });',
  },
  {
    name: "that nothing is known of a start is believed at once",
    file: `${engine}/task-step.ts`,
    from: "context.atMs < active.commandedAtMs + context.dispatchMs",
    to: "false",
  },
  {
    name: "a look from before the start was known is believed",
    file: `${engine}/task-step.ts`,
    from: "if (externalId !== active.externalId) return { task, commands: [] };",
    to: "",
  },
  {
    name: "a cancel lets what is under way go on",
    file: `${engine}/task-step.ts`,
    from: 'return stop(context, task, "cancel");',
    to: 'return settle(context, task, { status: "cancelled" });',
  },
  {
    name: "nobody is alerted of a failure",
    file: `${engine}/task-step.ts`,
    from: "if (end.failure) {",
    to: "if (end.failure?.retryable) {",
  },
  {
    name: "a run that waits for an event has no deadline",
    file: `${engine}/decide.ts`,
    from: 'active && active.phase !== "held" ? [active.dueAtMs] : []',
    to: 'active && active.phase === "backingOff" ? [active.dueAtMs] : [Number.MAX_SAFE_INTEGER]',
  },
  {
    name: "what waits for a failed task waits for ever",
    file: `${engine}/decide.ts`,
    from: 'each.status === "failed" || ',
    to: "",
  },
  {
    name: "a fence that was lost is no reason to begin again",
    file: `${engine}/task-step.ts`,
    from: 'if (failure.code === "FENCED") return restart(context, task, failure);',
    to: "",
  },
  {
    name: "the end of a run is told to nobody",
    file: `${engine}/decide.ts`,
    from: 'if (isOver) commands.push({ type: "announce", status });',
    to: 'if (isOver && status === "succeeded") commands.push({ type: "announce", status });',
  },
  {
    name: "commands are carried out without having been stored",
    file: `${world}/simulate.ts`,
    from: "item.claimedUntilMs = loop.nowMs + 2 * minute;",
    to: "item.claimedUntilMs = loop.nowMs + 2 * minute;\n  store.outbox.delete(item.id);",
  },
  {
    name: "a start whose time is over is carried out",
    file: `${world}/simulate.ts`,
    from: 'return active?.key === command.key && active.phase === "starting";',
    to: "return true;",
  },
  {
    name: "a state is stored upon any other",
    file: `${world}/run-store.ts`,
    from: 'if (now?.version !== before?.version) return "lost";',
    to: "",
  },
  {
    name: "the lease is not looked at",
    file: `${world}/lanes.ts`,
    from: "if (lease && lease.holder !== holder && lease.untilMs > nowMs) return undefined;",
    to: "",
  },
  {
    name: "a run in flight goes on upon the newest definition",
    file: `${world}/run-store.ts`,
    from: "const graph = state ? graphs.get(state.definitionHash) : graphOf(event);",
    to: "const graph = graphOf(event);",
  },
];
