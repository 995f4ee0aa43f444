import type { DatasetResult, RunManifest } from "@snowmelt/pipeline";
import {
  bytesText,
  countText,
  durationText,
  movingMs,
  outcomeText,
  resultLabel,
  rowsPerSecond,
  runTotals,
} from "@snowmelt/pipeline/report";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { tableText } from "../text/table.ts";

/** The table at the end of a run, and in a sentence what came of it. */
export function runText(manifest: RunManifest, paint: Paint): string {
  const withQuarantine = manifest.datasets.some(({ counts }) => counts.quarantined > 0);
  const shown = columns.filter(({ title }) => withQuarantine || title !== quarantined);
  const rows = manifest.datasets.map((result) => row(result, { paint, withQuarantine }));
  return `${tableText(shown, rows, paint)}\n${warnings(manifest, paint)}${verdict(manifest, paint)}\n`;
}

/** A column of its own where there are such rows: they were read, and are not in the table. */
const quarantined = "quarantined";

const columns = [
  { title: "dataset" },
  { title: "outcome" },
  { title: "rows read", align: "right" },
  { title: quarantined, align: "right" },
  { title: "bytes", align: "right" },
  { title: "files", align: "right" },
  { title: "time", align: "right" },
  { title: "rows/s", align: "right" },
  { title: "checks passed", align: "right" },
  { title: "rules", align: "right" },
  { title: "Delta version", align: "right" },
  { title: "peak memory", align: "right" },
] as const;

interface RowLayout {
  readonly paint: Paint;
  readonly withQuarantine: boolean;
}

function row(result: DatasetResult, { paint, withQuarantine }: RowLayout): string[] {
  const { outcome, counts, bytesWritten, files, durationMs, checks, rules, deltaVersion, peakRssBytes } = result;
  const rate = counts.extracted === 0 ? null : rowsPerSecond(counts.extracted, movingMs(result));
  return [
    printable(resultLabel(result)),
    paint(outcome === "failed" ? "red" : outcome === "committed" ? "green" : "dim", outcomeText[outcome]),
    countText(counts.extracted),
    ...(withQuarantine ? [paint(counts.quarantined > 0 ? "yellow" : "dim", countText(counts.quarantined))] : []),
    bytesText(bytesWritten),
    countText(files.length),
    durationText(durationMs),
    rate === null ? "–" : countText(rate),
    passedText(checks, paint),
    passedText(rules, paint),
    deltaVersion === null ? "–" : String(deltaVersion),
    bytesText(peakRssBytes),
  ];
}

function passedText(outcomes: readonly { readonly passed: boolean }[], paint: Paint): string {
  const passed = outcomes.filter((outcome) => outcome.passed).length;
  if (outcomes.length === 0) return "–";
  return paint(passed === outcomes.length ? "green" : "yellow", `${passed} of ${outcomes.length}`);
}

/** Rules that failed and let the rows pass: a line each. */
function warnings({ datasets }: RunManifest, paint: Paint): string {
  return datasets
    .flatMap((result) =>
      result.rules
        .filter(({ passed }) => !passed && result.outcome !== "failed")
        .map(
          ({ rule, onFail, measured }) =>
            `${paint("yellow", "!")} ${resultLabel(result)}: ${printable(rule)}: ${printable(measured)} (${onFail})\n`,
        ),
    )
    .join("");
}

function verdict(manifest: RunManifest, paint: Paint): string {
  const { datasets, status } = manifest;
  const { rowsExtracted, durationMs } = runTotals(manifest);
  const took = durationText(durationMs);
  const failures = datasets.flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0 && failures.every(({ category }) => category === "aborted")) {
    return `${paint("yellow", "Stopped")} after ${took}. Nothing of what was under way is visible in the lake; the next run goes on from there.`;
  }
  if (status === "failed") {
    const names = datasets.filter(({ outcome }) => outcome === "failed").map(resultLabel);
    return `${paint("red", "Failed")} after ${took}: ${names.join(", ") || "the run"}. Nothing of what failed is visible in the lake.`;
  }
  const committed = datasets.filter(({ outcome }) => outcome === "committed");
  if (committed.length === 0) return `Nothing new: the lake already holds what the source has (${took}).`;
  const sum = (value: (result: DatasetResult) => number): number =>
    committed.reduce((total, one) => total + value(one), 0);
  const inserted = sum(({ counts }) => counts.inserted);
  const updated = sum(({ counts }) => counts.updated);
  const setAside = sum(({ counts }) => counts.quarantined);
  const aside = setAside > 0 ? paint("yellow", `; ${countText(setAside)} more are in quarantine`) : "";
  return `${paint("green", "Landed")} ${countText(rowsExtracted - setAside)} rows in ${took}: ${countText(inserted)} inserted, ${countText(updated)} updated${aside}.`;
}
