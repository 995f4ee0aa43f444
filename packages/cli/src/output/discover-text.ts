import type { CrawlOutcome, Discovery } from "@snowmelt/pipeline";
import { countText } from "@snowmelt/pipeline/report";
import { counted } from "../text/counted.ts";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { tableText } from "../text/table.ts";

/** What crawlers found, a line for each, and below it why any failed. */
export function discoverText({ pipeline, environment, crawls }: Discovery, paint: Paint): string {
  const title = `${paint("bold", pipeline)} in environment ${environment}`;
  if (crawls.length === 0) return `${title} names no crawler.\n`;
  const titles = [
    { title: "crawler" },
    { title: "database" },
    { title: "outcome" },
    { title: "tables" },
    { title: "partitions" },
    { title: "seconds", align: "right" as const },
    { title: "DPU hours", align: "right" as const },
    { title: "log" },
  ];
  const failures = crawls.flatMap((crawl) =>
    crawl.status === "failed"
      ? [`\n${crawl.crawler}: ${paint("red", crawl.failure.code)} ${printable(crawl.failure.message)}\n`]
      : [],
  );
  return `${title}: ${counted(crawls.length, "crawl")}\n\n${tableText(
    titles,
    crawls.map((crawl) => cellsOf(crawl, paint)),
    paint,
  )}${failures.join("")}`;
}

function cellsOf(crawl: CrawlOutcome, paint: Paint): readonly string[] {
  const { crawler, database } = crawl;
  if (crawl.status === "failed") return [crawler, database, paint("red", "failed"), "", "", "", "", ""];
  const { findings, startedAt, endedAt, dpuHours, log } = crawl;
  return [
    crawler,
    database,
    paint("green", "completed"),
    findings ? changesText(findings.tables) : "not known",
    findings ? changesText(findings.partitions) : "not known",
    endedAt === null ? "" : countText(Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)),
    dpuHours === null ? "" : String(dpuHours),
    printable(log ?? ""),
  ];
}

function changesText({ added, updated, deleted }: { added: number; updated: number; deleted: number }): string {
  const changes = [
    [added, "added"],
    [updated, "updated"],
    [deleted, "deleted"],
  ] as const;
  const text = changes.flatMap(([count, verb]) => (count === 0 ? [] : [`${countText(count)} ${verb}`])).join(", ");
  return text === "" ? "unchanged" : text;
}
