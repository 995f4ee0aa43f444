import type { DatasetPlan, PipelinePlan, PlannedDataset } from "@snowmelt/pipeline";
import { bytesText, countText, groupedText } from "@snowmelt/pipeline/report";
import { facts, section } from "../text/facts.ts";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { tableText } from "../text/table.ts";

/** A plan as a person reads it: for each dataset what would be done, from where, to where, and how. */
export function planText(plan: PipelinePlan, paint: Paint): string {
  const { pipeline, environment, lake, snapshot, definitionHash, datasets } = plan;
  const head = facts([
    ["lake", lake],
    ["planned at", snapshot],
    ["definition", definitionHash],
  ]);
  const title = `${paint("bold", pipeline)} in environment ${environment}\n`;
  return `${title}${head}${datasets.map((dataset) => `\n${datasetText(dataset, paint)}`).join("")}`;
}

function datasetText(plan: DatasetPlan, paint: Paint): string {
  const title = paint("bold", plan.dataset);
  if (plan.status === "planned") return plannedText(plan, title, paint);
  const { code, message, source } = plan;
  return `${title}  ${paint("red", "refused")} ${code}\n${facts([["source", source]])}  ${printable(message)}\n`;
}

const actions: Readonly<Record<PlannedDataset["action"], string>> = {
  land: "would land",
  repeat: "would finish a window that was begun",
  settle: "would take note of what is committed already",
  empty: "nothing new",
  unchanged: "unchanged, would be skipped",
};

function plannedText(plan: PlannedDataset, title: string, paint: Paint): string {
  const { action, why, columns, rules, notices, sql } = plan;
  const acts = action === "empty" || action === "unchanged" ? "dim" : "green";
  const sections = [
    `${title}  ${paint(acts, actions[action])}: ${printable(why)}\n`,
    facts(factsOf(plan)),
    section("columns", columnsText(columns, paint), paint),
    rules.length > 0 &&
      section(
        "quality",
        rules.map(({ rule, onFail }) => `${printable(rule)}  on failure: ${onFail}\n`).join(""),
        paint,
      ),
    notices.length > 0 &&
      section("notices", notices.map(({ code, message }) => `${code}: ${printable(message)}\n`).join(""), paint),
    section("sql", `${printable(sql)}\n`, paint),
  ];
  return sections.filter((text) => text !== false).join("");
}

const writes: Readonly<Record<PlannedDataset["write"], string>> = {
  create: "creates the table",
  overwrite: "replaces the table's rows",
  merge: "merges into the table",
};

function factsOf(plan: PlannedDataset): (readonly [name: string, value: string])[] {
  const {
    source,
    sync,
    write,
    table,
    guarantee,
    route,
    routeReason,
    key,
    partitionedBy,
    sourceRows,
    catalog,
    extract,
  } = plan;
  const version = table.version === null ? "not there yet" : `at version ${table.version}`;
  return [
    ["source", source],
    ["sync", `${sync}; ${writes[write]}${key.length > 0 ? `, key ${key.join(", ")}` : ""}`],
    ["window", windowText(plan)],
    ["rows there", sourceRows === null ? "not counted" : groupedText(sourceRows)],
    ["guarantee", `${guarantee.name}: ${guarantee.text}`],
    ["route", `${route}: ${routeReason}`],
    ["table", `${table.uri}, ${version}`],
    ...(catalog ? [["catalog", `${catalog.database}.${catalog.table}`] as const] : []),
    ["lane", `${table.lane}, at ${table.laneVersion}`],
    ["partitions", partitionedBy.length > 0 ? partitionedBy.join(", ") : "none"],
    [
      "extract",
      `batches of ${countText(extract.batchRows)} rows, files up to ${bytesText(extract.maxFileBytes)}, ${extract.parallel} in parallel`,
    ],
  ];
}

function windowText({ window }: PlannedDataset): string {
  if (window === null) return "the whole source";
  const { cursor, lo, hi, inclusive } = window;
  return `${cursor} from ${lo ?? "the beginning"} ${inclusive ? "up to and with" : "up to, not with,"} ${hi}`;
}

function columnsText(columns: PlannedDataset["columns"], paint: Paint): string {
  const titles = [{ title: "source" }, { title: "type" }, { title: "lands as" }, { title: "type" }, { title: "how" }];
  const rows = columns.map(({ source, sourceType, name, type, nullable, part }) =>
    [source, sourceType, name, nullable ? type : `${type} not null`, part].map(printable),
  );
  return tableText(titles, rows, paint);
}
