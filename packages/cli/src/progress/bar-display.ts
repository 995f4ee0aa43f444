import type { RunEvent } from "@snowmelt/pipeline";
import type { Terminal } from "../terminal.ts";
import { displayWidth } from "../text/display-width.ts";
import { printable } from "../text/printable.ts";
import { noticeLine, retryLine } from "./notice-line.ts";
import type { ProgressDisplay } from "./progress-display.ts";
import { finishedLine, progressLine } from "./progress-line.ts";
import { applyEvent, type DatasetProgress, noProgress } from "./progress-state.ts";

const redrawMs = 100;
/** More lines at a time than this would push each other off a small screen. */
const maxBars = 12;

/** Lines at the bottom of the terminal, drawn again in place; what is done stays above them. */
export function openBarDisplay(terminal: Terminal, nowMs: () => number = Date.now): ProgressDisplay {
  const { err, paintErr: paint } = terminal;
  let progress = noProgress;
  let drawn = 0;
  let closed = false;

  const clear = (): string => (drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[J`);
  const layout = () => ({
    // A line that fills the last column wraps on some terminals.
    columns: Math.max(20, terminal.columns() - 1),
    nameWidth: Math.min(24, Math.max(0, ...progress.datasets.map(({ dataset }) => displayWidth(dataset)))),
    nowMs: nowMs(),
    paint,
  });
  const draw = (above = ""): void => {
    if (closed) return;
    const lines = bars(progress.datasets.filter(({ outcome }) => outcome === null));
    err(`${clear()}${above}${lines.map((line) => `${line}\n`).join("")}`);
    drawn = lines.length;
  };
  const bars = (open: readonly DatasetProgress[]): string[] => {
    const shown = open.slice(0, maxBars).map((dataset) => progressLine(dataset, layout()));
    const more = open.length - shown.length;
    return more > 0 ? [...shown, paint("dim", `and ${more} more`)] : shown;
  };

  const timer = setInterval(draw, redrawMs);
  timer.unref();
  return {
    show(event: RunEvent) {
      progress = applyEvent(progress, event);
      switch (event.kind) {
        case "datasetFinished": {
          const done = progress.datasets.find(({ dataset }) => dataset === event.dataset);
          if (done) draw(`${finishedLine(done, layout())}\n`);
          break;
        }
        case "notice":
          draw(`${noticeLine(event, paint)}\n`);
          break;
        case "retry":
          draw(`${retryLine(event, paint)}\n`);
          break;
        default:
      }
    },
    say: (text) => draw(`${printable(text)}\n`),
    [Symbol.dispose]() {
      if (closed) return;
      clearInterval(timer);
      draw();
      closed = true;
    },
  };
}
