import type { RunState, TaskState } from "@snowmelt/core/engine";
import type { AuditEntry, StoredRun } from "@snowmelt/pipeline/engine";
import { durationText } from "@snowmelt/pipeline/report";
import { facts, section } from "../text/facts.ts";
import { momentText } from "../text/moment.ts";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { tableText } from "../text/table.ts";

/** Runs as a person looks at them. */
export function runListText(runs: readonly RunState[], where: string, paint: Paint): string {
  if (runs.length === 0) return `There is no such run in ${printable(where)}.\n`;
  const columns = [
    { title: "run" },
    { title: "status" },
    { title: "pipeline" },
    { title: "environment" },
    { title: "began" },
    { title: "took", align: "right" },
    { title: "tasks", align: "right" },
  ] as const;
  const rows = runs.map((run) => [
    printable(run.runId),
    statusText(run.status, paint),
    printable(run.pipeline),
    printable(run.environment),
    momentText(run.requestedAtMs),
    run.endedAtMs === null ? "–" : durationText(run.endedAtMs - run.requestedAtMs),
    tasksText(run),
  ]);
  return tableText(columns, rows, paint);
}

export const runListJson = (runs: readonly RunState[]): string => `${JSON.stringify(runs)}\n`;

export const runJson = ({ state, graph }: StoredRun, audit: readonly AuditEntry[]): string =>
  `${JSON.stringify({ state, graph, audit })}\n`;

/** One run: what it is, its tasks, and what happened. */
export function runText({ state, graph }: StoredRun, audit: readonly AuditEntry[], paint: Paint): string {
  const { runId, status, pipeline, environment, definitionHash, requestedAtMs, endedAtMs, trigger } = state;
  const head = facts([
    ["pipeline", `${pipeline} in ${environment}`],
    ["asked for by", causeText(trigger)],
    ["began", momentText(requestedAtMs)],
    ["ended", endedAtMs === null ? "–" : `${momentText(endedAtMs)}, after ${durationText(endedAtMs - requestedAtMs)}`],
    ["definition", definitionHash.slice(0, 12)],
  ]);
  const tasks = graph.tasks.map(({ name }) => taskCells(name, state.tasks[name], paint));
  const titles = ["task", "status", "stage", "tries", "due", "why"].map((title) => ({ title }));
  const parts = [
    `${paint("bold", printable(runId))}  ${statusText(status, paint)}\n`,
    head,
    section("tasks", tableText(titles, tasks, paint), paint),
    ...(audit.length === 0
      ? []
      : [section("what happened", audit.map((entry) => auditLine(entry, paint)).join(""), paint)]),
  ];
  return parts.join("");
}

/** What happened, when, and what is done about it. */
export function auditLine({ version, event, note, commands }: AuditEntry, paint: Paint): string {
  const asked = commands.map(({ type, ...about }) => ("stage" in about ? `${type} ${about.stage}` : type));
  const then = asked.length === 0 ? "" : paint("dim", ` → ${asked.join(", ")}`);
  return `${momentText(event.atMs)}  ${String(version).padStart(4)}  ${printable(note)}${then}\n`;
}

function taskCells(name: string, task: TaskState | undefined, paint: Paint): string[] {
  if (!task) return [printable(name), "–", "–", "–", "–", ""];
  const { status, active, failure, reason } = task;
  const why = failure && status !== "succeeded" ? `${failure.code}: ${failure.message}` : (reason ?? "");
  return [
    printable(name),
    statusText(status, paint),
    active ? `${active.name} ${active.phase}` : "–",
    active ? String(active.tries) : "–",
    active ? momentText(active.dueAtMs) : "–",
    printable(why),
  ];
}

const colours = { succeeded: "green", failed: "red", partial: "red", cancelled: "yellow", paused: "yellow" } as const;

function statusText(status: RunState["status"] | TaskState["status"], paint: Paint): string {
  const colour = status in colours ? colours[status as keyof typeof colours] : undefined;
  return colour === undefined ? status : paint(colour, status);
}

function tasksText({ tasks }: RunState): string {
  const all = Object.values(tasks);
  const failed = all.filter(({ status }) => status === "failed").length;
  const done = all.filter(({ status }) => status === "succeeded").length;
  return `${done} of ${all.length}${failed > 0 ? `, ${failed} failed` : ""}`;
}

function causeText({ cause }: RunState["trigger"]): string {
  if (typeof cause !== "object" || cause === null || Array.isArray(cause)) return "–";
  const { kind, ...rest } = cause;
  const details = Object.values(rest).filter((value) => typeof value === "string");
  return [kind, ...details].join(" ");
}
