import fc from "fast-check";
import { expect, test } from "vitest";
import { recordedEvents } from "../../test/recorded-run.ts";
import { displayWidth } from "../text/display-width.ts";
import { openPaint } from "../text/paint.ts";
import { finishedLine, progressLine } from "./progress-line.ts";
import { applyEvent, type DatasetProgress, noProgress } from "./progress-state.ts";

const paint = openPaint(false);
const halfway = afterEvents(26);

function afterEvents(count: number): DatasetProgress {
  const { datasets } = recordedEvents().slice(0, count).reduce(applyEvent, noProgress);
  const [dataset] = datasets;
  if (dataset === undefined) throw new Error("no dataset has begun yet");
  return dataset;
}

const layout = (columns: number) => ({ columns, nameWidth: 7, nowMs: halfway.startedAtMs + 5000, paint });

test("tells name, stage, share, rows, speed, bytes and what is left", () => {
  expect(progressLine(halfway, layout(120))).toBe(
    "flights  land     ━━━━━━━━━━━━━━━───────────────   50 %    500,000 of 1,000,000 rows  100,000 rows/s     5 MB  5 s left",
  );
});

test("leaves out what matters least where the terminal is narrow", () => {
  expect(progressLine(halfway, layout(80))).toBe(
    "flights  land     ━━━━━━━────────   50 %    500,000 of 1,000,000 rows  5 s left",
  );
  expect(progressLine(halfway, layout(40))).toBe("flights  land     ━━━━━━━────────   50 %");
});

test("tells how far a merge is by the rows of the table that it has read", () => {
  const merging = { ...halfway, stages: ["merge"], merged: { rows: 250, rowsExpected: 1000 } } as const;
  expect(progressLine(merging, layout(100))).toBe(
    "flights  merge    ━━━━━━─────────────────────   25 %  250 of 1,000 rows of the table read  5 s",
  );
});

test("has no bar while the source has not said how many rows there are", () => {
  expect(progressLine(afterEvents(5), layout(80))).toBe("flights  extract  5 s");
});

test("is never wider than the terminal, whatever the name, the numbers and the colours", () => {
  fc.assert(
    fc.property(
      fc.record({
        dataset: fc.string({ unit: "grapheme", maxLength: 60 }),
        rows: fc.nat(Number.MAX_SAFE_INTEGER),
        rowsExpected: fc.option(fc.nat(Number.MAX_SAFE_INTEGER)),
        bytes: fc.nat(Number.MAX_SAFE_INTEGER),
      }),
      fc.integer({ min: 20, max: 200 }),
      fc.boolean(),
      (figures, columns, colored) => {
        const dataset = { ...halfway, ...figures };
        const nameWidth = Math.min(24, displayWidth(dataset.dataset));
        const line = { columns, nameWidth, nowMs: halfway.startedAtMs, paint: openPaint(colored) };
        expect(displayWidth(progressLine(dataset, line))).toBeLessThanOrEqual(columns);
        expect(
          displayWidth(finishedLine({ ...dataset, outcome: "committed", durationMs: 9 }, line)),
        ).toBeLessThanOrEqual(columns);
      },
    ),
  );
});

test("a dataset that is done says what came of it", () => {
  const done = {
    ...halfway,
    rows: 1_000_000,
    bytes: 10_000_000,
    durationMs: 11_000,
    movedFromMs: 0,
    movedToMs: 10_000,
  };
  expect(finishedLine({ ...done, outcome: "committed" }, layout(120))).toBe(
    "✓ flights  committed  1,000,000 rows read  10 MB  100,000 rows/s  11 s",
  );
  expect(finishedLine({ ...done, rows: 0, bytes: 0, outcome: "unchanged" }, layout(120))).toBe(
    "– flights  unchanged, skipped  11 s",
  );
});
