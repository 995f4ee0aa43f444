/** A bug as it might be written: what stands in a file below `packages`, and what stands there instead. */
export interface Bug {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const core = "core/src/engine";
const engine = "pipeline/src/engine";

export const bugs: readonly Bug[] = [
  {
    name: "an event of an earlier try is taken for one of this",
    file: `${core}/decide.ts`,
    from: "state.tasks[name]?.active?.key === event.key",
    to: 'event.key.includes("/" + name + "/" + state.tasks[name]?.active?.name + "/")',
  },
  {
    name: "a try that takes too long is given up without being stopped",
    file: `${core}/task-step.ts`,
    from: 'isOver && stage.isStoppable) return stop(context, task, "timeout");',
    to: 'isOver && stage.isStoppable) return fail(context, task, { code: "TIMED_OUT", message: "", retryable: true });',
  },
  {
    name: "that nothing is known of a start is believed at once",
    file: `${core}/task-step.ts`,
    from: "context.atMs < active.commandedAtMs + context.dispatchMs",
    to: "false",
  },
  {
    name: "a look from before the start was known is believed",
    file: `${core}/task-step.ts`,
    from: "if (externalId !== active.externalId) return { task, commands: [] };",
    to: "",
  },
  {
    name: "a cancel lets what is under way go on",
    file: `${core}/task-step.ts`,
    from: 'return stop(context, task, "cancel");',
    to: 'return settle(context, task, { status: "cancelled" });',
  },
  {
    name: "nobody is alerted of a failure that cannot pass",
    file: `${core}/task-step.ts`,
    from: "if (end.failure) {",
    to: "if (end.failure?.retryable) {",
  },
  {
    name: "a run that waits for an event has no deadline",
    file: `${core}/decide.ts`,
    from: 'active && active.phase !== "held" ? [active.dueAtMs] : []',
    to: 'active && active.phase === "backingOff" ? [active.dueAtMs] : [Number.MAX_SAFE_INTEGER]',
  },
  {
    name: "what waits for a failed task waits for ever",
    file: `${core}/decide.ts`,
    from: 'each.status === "failed" || ',
    to: "",
  },
  {
    name: "a fence that was lost is no reason to begin again",
    file: `${core}/task-step.ts`,
    from: 'if (failure.code === "FENCED") return restart(context, task, failure);',
    to: "",
  },
  {
    name: "the end of a run is told to nobody",
    file: `${core}/decide.ts`,
    from: 'if (isOver) commands.push({ type: "announce", status });',
    to: 'if (isOver && status === "succeeded") commands.push({ type: "announce", status });',
  },
  {
    name: "who was told that a commit is overdue never hears that it ended",
    file: `${core}/task-step.ts`,
    from: "if (!active.isOverdue || step.task.active?.isOverdue) return step;",
    to: "return step;",
  },
  {
    name: "the next level of an incident has no deadline",
    file: `${core}/incident.ts`,
    from: "return next ? openedAtMs + next.afterMs : null;",
    to: "return next && told < 2 ? openedAtMs + next.afterMs : null;",
  },
  {
    name: "the outbox is forgotten: a command is settled before it is carried out",
    file: `${engine}/carry-out.ts`,
    from: "const run = fresh ?? (await runs.read(taken.runId));",
    to: "await runs.settle(taken);\n    const run = fresh ?? (await runs.read(taken.runId));",
  },
  {
    name: "what nobody carried out is not looked for",
    file: `${engine}/reconcile.ts`,
    from: "(limit) => runs.pending(clock.nowMs(), { limit }),",
    to: "async () => [] as Awaited<ReturnType<typeof runs.pending>>,",
  },
  {
    name: "overdue runs are not looked for",
    file: `${engine}/reconcile.ts`,
    from: "(limit) => runs.due(clock.nowMs(), limit),",
    to: "async () => [] as readonly string[],",
  },
  {
    name: "the fence is not looked at before a stage begins",
    file: `${engine}/carry-out-command.ts`,
    from: "if (fence !== null && !(await leases.renew(resource, { fence, nowMs: beganAtMs, leaseMs }))) {",
    to: "if (fence === -1) {",
  },
  {
    name: "a start whose time is over is carried out",
    file: `${engine}/carry-out-command.ts`,
    from: "if (!isWanted(state, command)) return",
    to: "if (state.version < 0) return",
  },
  {
    name: "a start that was delivered twice is made twice at a time, and nobody looks after one without an answer",
    file: `${engine}/carry-out-command.ts`,
    from: "return (await lookFor(runner, command, call)) ?? toFailedReply",
    to: "return toFailedReply",
  },
  {
    name: "a state is stored upon any other: skip if newer",
    file: `${engine}/stores/memory-runs.ts`,
    from: 'if (now?.state.version !== before?.version) return { kind: "lost" };',
    to: 'if ((now?.state.version ?? 0) > state.version + 3) return { kind: "seen" };',
  },
  {
    name: "the lease is not looked at",
    file: `${engine}/stores/memory-leases.ts`,
    from: "if (isHeld && by.holder !== holder) return { busy: by };",
    to: "",
  },
  {
    name: "a run in flight goes on upon the newest definition",
    file: `${engine}/drive-run.ts`,
    from: "const planned = found.run ? { graph: found.run.graph } : await graphOf(ports, event);",
    to: 'const planned = { graph: await ports.planGraph({ ...event, type: "requested", trigger: {} }) };',
  },
  {
    name: "notices are sent before they are stored, and never again",
    file: `${engine}/tell-incident.ts`,
    from: "const write = { value: state, before: found?.version ?? 0, deadlineAtMs: incidentDueAtMs(state) };",
    to: "const { untold: _, ...value } = state;\n    const write = { value, before: found?.version ?? 0, deadlineAtMs: state.deadlineAtMs };",
  },
  {
    name: "commands are not stored with the state that asks for them",
    file: `${engine}/stores/memory-runs.ts`,
    from: "run.seen.add(event.id);\n    place(state);\n    for (const item of outbox) enqueue(run, item);",
    to: "run.seen.add(event.id);\n    place(state);",
  },
];
