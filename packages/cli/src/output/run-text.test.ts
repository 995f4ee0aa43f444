import type { RunManifest } from "@snowmelt/pipeline";
import { expect, test } from "vitest";
import { recordedManifest } from "../../test/recorded-run.ts";
import { openPaint } from "../text/paint.ts";
import { runText } from "./run-text.ts";

const paint = openPaint(false);

/** The recorded run, with so many of its rows set aside. */
function quarantining(rows: number): RunManifest {
  const datasets = recordedManifest.datasets.map((result) => ({
    ...result,
    counts: { ...result.counts, inserted: result.counts.inserted - rows, quarantined: rows },
  }));
  return { ...recordedManifest, datasets };
}

test("rows in quarantine have a column, and are none of those that landed", () => {
  const [titles = "", row = "", , verdict = ""] = runText(quarantining(5), paint).split("\n");
  expect(titles).toMatch(/^dataset +outcome +rows read +quarantined +bytes /);
  expect(row).toMatch(/^flights +committed +1,000,000 +5 +10 MB /);
  expect(verdict).toBe("Landed 999,995 rows in 11 s: 998,995 inserted, 1,000 updated; 5 more are in quarantine.");
});

test("without such rows there is no column for them", () => {
  const text = runText(quarantining(0), paint);
  expect(text).not.toContain("quarantine");
  expect(text).toMatch(/^flights +committed +1,000,000 +10 MB /m);
});
