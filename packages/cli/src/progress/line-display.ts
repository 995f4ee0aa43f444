import type { RunEvent } from "@snowmelt/pipeline";
import { bytesText, countText, durationText, percentText } from "@snowmelt/pipeline/report";
import type { Terminal } from "../terminal.ts";
import { printable } from "../text/printable.ts";
import { noticeLine, retryLine } from "./notice-line.ts";
import type { ProgressDisplay } from "./progress-display.ts";
import { finishedLine } from "./progress-line.ts";
import { applyEvent, currentRowsPerSecond, noProgress } from "./progress-state.ts";

/** Rows on their way are told this often. */
const everyMs = 5000;

/** For logs and pipes: a line when a stage ends, and one about every five seconds while rows move. */
export function openLineDisplay({ err, paintErr: paint }: Terminal): ProgressDisplay {
  let progress = noProgress;
  const toldAtMs = new Map<string, number>();
  const line = (text: string): void => err(`${text}\n`);

  const tellRows = (event: Extract<RunEvent, { kind: "progress" }>): void => {
    const { dataset: name, atMs } = event;
    const dataset = progress.datasets.find(({ dataset }) => dataset === name);
    if (dataset === undefined || atMs - (toldAtMs.get(name) ?? dataset.startedAtMs) < everyMs) return;
    toldAtMs.set(name, atMs);
    const { rows, rowsExpected, bytes, merged } = dataset;
    if (event.stage === "merge" && merged !== null) {
      const all = merged.rowsExpected;
      const whole = all === null ? "" : ` of ${countText(all)} (${percentText(merged.rows, all)})`;
      line(`${name}: merge: ${countText(merged.rows)}${whole} rows of the table read`);
      return;
    }
    const rate = currentRowsPerSecond(dataset);
    const of = rowsExpected === null ? "" : ` of ${countText(rowsExpected)} (${percentText(rows, rowsExpected)})`;
    const speed = rate === null ? "" : `, ${countText(Math.round(rate))} rows/s`;
    line(`${name}: ${countText(rows)}${of} rows${bytes > 0 ? `, ${bytesText(bytes)}` : ""}${speed}`);
  };

  return {
    show(event) {
      progress = applyEvent(progress, event);
      switch (event.kind) {
        case "runStarted":
          line(`run ${event.runId}: ${event.pipeline} in ${event.environment}, ${event.datasets.join(", ")}`);
          break;
        case "stageFinished":
          line(`${event.dataset}: ${event.stage} done in ${durationText(event.durationMs)}`);
          break;
        case "progress":
          tellRows(event);
          break;
        case "notice":
          line(noticeLine(event, paint));
          break;
        case "retry":
          line(retryLine(event, paint));
          break;
        case "datasetFinished": {
          const done = progress.datasets.find(({ dataset }) => dataset === event.dataset);
          if (done) line(finishedLine(done, { columns: 200, nameWidth: done.dataset.length, paint }));
          break;
        }
        case "runFinished":
        case "datasetStarted":
        case "stageStarted":
          break;
        default:
          event satisfies never;
      }
    },
    say: (text) => line(printable(text)),
    [Symbol.dispose]() {},
  };
}
