import type { DatasetResult, RunManifest } from "@snowmelt/pipeline";
import { bytesText, countText, durationText, outcomeText, rowsPerSecond, runTotals } from "@snowmelt/pipeline/report";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { tableText } from "../text/table.ts";

/** The table at the end of a run, and in a sentence what came of it. */
export function runText(manifest: RunManifest, paint: Paint): string {
  const rows = manifest.datasets.map((result) => row(result, paint));
  return `${tableText(columns, rows, paint)}\n${verdict(manifest, paint)}\n`;
}

const columns = [
  { title: "dataset" },
  { title: "outcome" },
  { title: "rows", align: "right" },
  { title: "bytes", align: "right" },
  { title: "files", align: "right" },
  { title: "time", align: "right" },
  { title: "rows/s", align: "right" },
  { title: "checks passed", align: "right" },
  { title: "Delta version", align: "right" },
  { title: "peak memory", align: "right" },
] as const;

function row(result: DatasetResult, paint: Paint): string[] {
  const { dataset, outcome, counts, bytesWritten, files, durationMs, checks, rules, deltaVersion, peakRssBytes } =
    result;
  const all = checks.length + rules.length;
  const passed = [...checks, ...rules].filter((check) => check.passed).length;
  const rate = counts.extracted === 0 ? null : rowsPerSecond(counts.extracted, durationMs);
  return [
    printable(dataset),
    paint(outcome === "failed" ? "red" : outcome === "committed" ? "green" : "dim", outcomeText[outcome]),
    countText(counts.extracted),
    bytesText(bytesWritten),
    countText(files.length),
    durationText(durationMs),
    rate === null ? "–" : countText(rate),
    all === 0 ? "–" : paint(passed === all ? "green" : "yellow", `${passed} of ${all}`),
    deltaVersion === null ? "–" : String(deltaVersion),
    bytesText(peakRssBytes),
  ];
}

function verdict(manifest: RunManifest, paint: Paint): string {
  const { datasets, status } = manifest;
  const { rowsExtracted, durationMs } = runTotals(manifest);
  const took = durationText(durationMs);
  if (status === "failed") {
    const names = datasets.filter(({ outcome }) => outcome === "failed").map(({ dataset }) => dataset);
    return `${paint("red", "Failed")} after ${took}: ${names.join(", ") || "the run"}. Nothing of what failed is visible in the lake.`;
  }
  const committed = datasets.filter(({ outcome }) => outcome === "committed");
  if (committed.length === 0) return `Nothing new: the lake already holds what the source has (${took}).`;
  const sum = (value: (result: DatasetResult) => number): number =>
    committed.reduce((total, one) => total + value(one), 0);
  const inserted = sum(({ counts }) => counts.inserted);
  const updated = sum(({ counts }) => counts.updated);
  return `${paint("green", "Landed")} ${countText(rowsExtracted)} rows in ${took}: ${countText(inserted)} inserted, ${countText(updated)} updated.`;
}
