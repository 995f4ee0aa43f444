import type { DatasetResult } from "../manifest.ts";
import { resultLabel } from "../result-label.ts";
import type { RunEvent } from "../run-event.ts";
import { round, timeAxis } from "./axis.ts";
import { html, type Markup } from "./markup.ts";
import { durationText } from "./units.ts";

type StageSpan = DatasetResult["stages"][number];
type RetryEvent = Extract<RunEvent, { kind: "retry" }>;

export interface StageChart {
  readonly datasets: readonly DatasetResult[];
  readonly retries: readonly RetryEvent[];
  readonly startedAtMs: number;
  readonly durationMs: number;
}

const width = 1120;
const labelWidth = 150;
const plot = { left: labelWidth, right: width - 12 };
const laneHeight = 22;
const barHeight = 16;
const groupGap = 12;
const axisHeight = 24;

/** When each dataset was in which stage. Stages that overlap are drawn below one another; a triangle is a retry. */
export function stageChart({ datasets, retries, startedAtMs, durationMs }: StageChart): Markup {
  const x = timeAxis(durationMs, [plot.left, plot.right], 8);
  const at = (ms: number): number => x.at(ms - startedAtMs);
  let top = 0;
  const groups = datasets.map((result) => {
    const lanes = packLanes(result.stages);
    const group = { result, lanes, top };
    top += Math.max(lanes.length, 1) * laneHeight + groupGap;
    return group;
  });
  const height = top + axisHeight;
  return html`<div class="scroll"><svg class="wide" viewBox="0 0 ${width} ${height}" role="img" aria-label="Stages over time">
${x.ticks.map(
  (tick) => html`<line class="grid" x1="${x.at(tick)}" x2="${x.at(tick)}" y1="0" y2="${top}"/>
<text class="tick" x="${x.at(tick)}" y="${height - 6}" text-anchor="${x.at(tick) > plot.right - 20 ? "end" : "middle"}">${tick === 0 ? "0" : durationText(tick)}</text>`,
)}
${groups.map(
  ({
    result,
    lanes,
    top,
  }) => html`<text class="label" x="0" y="${top + 14}">${clipped(resultLabel(result))}<title>${resultLabel(result)}</title></text>
${lanes.map((lane, index) => lane.map((span) => stageBar(span, at(span.startedAtMs), at(span.startedAtMs + span.durationMs), top + index * laneHeight)))}
${retries
  .filter(({ dataset }) => dataset === resultLabel(result))
  .map(
    ({ atMs, stage, attempt, delayMs, reason }) =>
      html`<path class="retry" d="M${at(atMs)},${top + 18} l-5,8 l10,0Z"><title>${stage}: attempt ${attempt} failed, tried again after ${durationText(delayMs)}: ${reason}</title></path>`,
  )}`,
)}
</svg></div>`;
}

function stageBar({ stage, durationMs }: StageSpan, from: number, to: number, top: number): Markup {
  const barWidth = round(Math.max(to - from, 2));
  const label = `${stage} ${durationText(durationMs)}`;
  const fits = barWidth > label.length * 6.4 + 10;
  return html`<g class="stage-${stage}"><rect class="bar" x="${from}" y="${top + 3}" width="${barWidth}" height="${barHeight}" rx="3"><title>${stage}: ${durationText(durationMs)}</title></rect>${
    fits ? html`<text class="onbar" x="${from + 7}" y="${top + 15}">${label}</text>` : null
  }</g>`;
}

/** Begin and duration are whole milliseconds, each rounded by itself. */
const roundingMs = 2;

/** As few lanes as possible, earlier stages first. */
export function packLanes(stages: readonly StageSpan[]): StageSpan[][] {
  const lanes: StageSpan[][] = [];
  for (const span of [...stages].sort((a, b) => a.startedAtMs - b.startedAtMs)) {
    const free = lanes.find((lane) => {
      const last = lane.at(-1);
      return last === undefined || last.startedAtMs + last.durationMs <= span.startedAtMs + roundingMs;
    });
    if (free) free.push(span);
    else lanes.push([span]);
  }
  return lanes;
}

const clipped = (name: string): string => (name.length > 20 ? `${name.slice(0, 19)}…` : name);
