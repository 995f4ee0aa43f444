import { toQuarantinePath, toTablePath } from "../../lake-layout/index.ts";
import { durationMs } from "../../types/index.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { Pipeline } from "../pipeline.ts";
import { type Problem, pathText } from "../problem.ts";
import type { Schedule } from "../schedule.ts";
import { unknownName } from "./unknown-name.ts";

/** What no single schedule can see: its pipeline, its environments, its like, and what is promised. */
export function checkSchedule(pipeline: Pipeline): Problem[] {
  const { schedule = [] } = pipeline;
  return [...schedule.flatMap((each, index) => problemsOf(pipeline, each, index)), ...promiseProblems(pipeline)];
}

function problemsOf(pipeline: Pipeline, schedule: Schedule, index: number): Problem[] {
  const known = Object.keys(pipeline.platform.environments);
  const { environments = [], ...rest } = schedule;
  const first = (pipeline.schedule ?? []).findIndex((other) => isSame(other, rest));
  const problems = environments.flatMap((name, at) =>
    known.includes(name) ? [] : [problem([index, "environments", at], unknownName("environment", name, known))],
  );
  if (first < index)
    problems.push(problem([index], `it is the same as schedule[${first}]; name all its environments there`));
  if (schedule.kind === "after" && schedule.pipeline === pipeline.name) {
    problems.push(problem([index, "pipeline"], "a pipeline cannot come after itself: it would run for ever, or never"));
  }
  return schedule.kind === "object" ? [...problems, ...objectProblems(pipeline, schedule, index)] : problems;
}

function isSame(schedule: Schedule, rest: Omit<Schedule, "environments">): boolean {
  const { environments: _, ...other } = schedule;
  return canonicalJson(other) === canonicalJson(rest);
}

function objectProblems(
  { platform, datasets, transforms = {} }: Pipeline,
  { bucket, prefix, environments }: Extract<Schedule, { readonly kind: "object" }>,
  index: number,
): Problem[] {
  const lakes = Object.entries(platform.environments)
    .filter(([name]) => environments?.includes(name) ?? true)
    .flatMap(([environment, { lake }]) => {
      const [, lakeBucket, path = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(lake.root) ?? [];
      return lakeBucket === undefined ? [] : [{ environment, bucket: lakeBucket, path: path.replace(/\/+$/, "") }];
    });
  if (bucket === undefined && lakes.length === 0) {
    return [problem([index], "expected a bucket: no lake of these environments is in one")];
  }
  const tables = [
    ...Object.entries(datasets).flatMap(([name, { zone }]) => [toTablePath(zone, name), toQuarantinePath(name)]),
    ...Object.keys(transforms).map((name) => toTablePath("raw", name)),
  ];
  for (const lake of lakes.filter((each) => bucket === undefined || each.bucket === bucket)) {
    const folders = tables.map((path) => `${lake.path === "" ? "" : `${lake.path}/`}${path}/`);
    const met = folders.find((folder) => folder.startsWith(prefix) || prefix.startsWith(folder));
    if (met === undefined) continue;
    const message = `${prefix} meets ${met}, where runs write in environment ${lake.environment}: each run would trigger the next`;
    return [problem([index, "prefix"], message)];
  }
  return [];
}

/** A promise that the schedule alone breaks. */
function promiseProblems({ schedule = [], sla }: Pipeline): Problem[] {
  if (!sla) return [];
  const intervals = schedule.map((each) => (each.kind === "every" ? durationMs(each.interval) : 0));
  const shortest = schedule[intervals.indexOf(Math.min(...intervals))];
  if (shortest?.kind !== "every" || durationMs(sla.freshness) > durationMs(shortest.interval)) return [];
  const message = `expected more than ${shortest.interval}, as it runs every ${shortest.interval} and a run takes time`;
  return [{ path: "sla.freshness", message }];
}

const problem = (path: readonly PropertyKey[], message: string): Problem => ({
  path: pathText(["schedule", ...path]),
  message,
});
