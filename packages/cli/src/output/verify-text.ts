import type { RungCheck, TableVerification, Verification } from "@snowmelt/pipeline";
import { bytesText, countText, durationText } from "@snowmelt/pipeline/report";
import { counted } from "../text/counted.ts";
import { facts, section } from "../text/facts.ts";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { tableText } from "../text/table.ts";

interface VerifyTextOptions {
  /** Whether checks that passed are listed, too. */
  readonly all: boolean;
  readonly paint: Paint;
}

/** A verification as a person reads it: for each table the ladder, then what differs, then what was not checked and why. */
export function verifyText(report: Verification, { all, paint }: VerifyTextOptions): string {
  const { tables, runId, deep } = report;
  const what = runId === null ? "" : `, run ${runId}`;
  const title = `${titleOf(report, paint)}${what}${deep ? ", every value read" : ""}\n`;
  return `${title}${tables.map((table) => `\n${oneTable(table, all, paint)}`).join("")}\n${verdict(report, paint)}\n`;
}

function titleOf({ pipeline, environment, lake }: Verification, paint: Paint): string {
  if (pipeline === null) return `The table at ${paint("bold", printable(lake))}`;
  return `${paint("bold", pipeline)} in environment ${environment ?? "unknown"}`;
}

const rungs: Readonly<Record<RungCheck["rung"], string>> = {
  source: "source = lake",
  recent: "source = lake, by cursor",
  digest: "source = lake, row by row",
  run: "run = log",
  files: "log = files",
  catalog: "log = catalog",
};

function oneTable(table: TableVerification, all: boolean, paint: Paint): string {
  const { dataset, verdict: came, checks } = table;
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  const skipped = checks.filter(({ outcome }) => outcome === "notChecked");
  const unproven = checks.filter(({ outcome }) => outcome === "notProven");
  return [
    `${paint("bold", printable(dataset))}  ${verdictText(came, paint)}\n`,
    facts(factsOf(table)),
    section("checks", ladder(checks, paint), paint),
    failed.length > 0 && section("differs", checksText(failed, paint), paint),
    all &&
      section(
        "agrees",
        checksText(
          checks.filter(({ outcome }) => outcome === "passed"),
          paint,
        ),
        paint,
      ),
    unproven.length > 0 && section("not proven", skippedText(unproven), paint),
    skipped.length > 0 && section("not checked", skippedText(skipped), paint),
  ]
    .filter((text) => text !== false)
    .join("");
}

function verdictText(verdict: TableVerification["verdict"], paint: Paint): string {
  if (verdict === "agrees") return paint("green", "agrees");
  return verdict === "differs" ? paint("red", "differs") : paint("yellow", "not proven");
}

function factsOf(table: TableVerification): (readonly [name: string, value: string])[] {
  const { source, table: uri, deltaVersion, sourceAsOf, files, rows, bytes, durationMs } = table;
  return [
    ["source", sourceAsOf === null ? source : `${source} as of ${sourceAsOf}`],
    ["table", deltaVersion === null ? uri : `${uri}, version ${deltaVersion}`],
    [
      "files",
      `${counted(files, "file")}, ${bytesText(bytes)}, ${rows === null ? "rows not counted" : counted(rows, "row")}`,
    ],
    ["took", durationText(durationMs)],
  ];
}

function ladder(checks: readonly RungCheck[], paint: Paint): string {
  const titles = [
    { title: "" },
    { title: "agree", align: "right" as const },
    { title: "differ", align: "right" as const },
    { title: "not proven", align: "right" as const },
    { title: "not checked", align: "right" as const },
  ];
  const names = [...new Set(checks.map(({ rung }) => rung))];
  const rows = names.map((rung) => {
    const count = (outcome: RungCheck["outcome"]): number =>
      checks.filter((check) => check.rung === rung && check.outcome === outcome).length;
    const differ = count("failed");
    return [
      rungs[rung],
      countText(count("passed")),
      differ === 0 ? "0" : paint("red", countText(differ)),
      countText(count("notProven")),
      countText(count("notChecked")),
    ];
  });
  return tableText(titles, rows, paint);
}

const mostListed = 20;

function checksText(checks: readonly RungCheck[], paint: Paint): string {
  const titles = [{ title: "rung" }, { title: "check" }, { title: "of" }, { title: "expected" }, { title: "found" }];
  const rows = checks
    .slice(0, mostListed)
    .map(({ rung, name, subject, expected, actual }) =>
      [rungs[rung], name, subject, expected ?? "–", actual ?? "–"].map(printable),
    );
  const reasons = [...new Set(checks.flatMap(({ because }) => because ?? []))].map(
    (text) => `Likely: ${printable(text)}.\n`,
  );
  const more = checks.length - mostListed;
  return `${tableText(titles, rows, paint)}${more > 0 ? `and ${countText(more)} more, which --json lists\n` : ""}${reasons.join("")}`;
}

/** One line for each reason: columns that share one are named together. */
function skippedText(checks: readonly RungCheck[]): string {
  const byReason = new Map<string, { rung: RungCheck["rung"]; names: Set<string>; subjects: Set<string> }>();
  for (const { rung, name, subject, because, expected, actual } of checks) {
    const why = because ?? "no reason is known";
    const held = byReason.get(`${rung} ${why}`) ?? { rung, names: new Set(), subjects: new Set() };
    byReason.set(`${rung} ${why}`, held);
    held.names.add(expected === null ? name : `${name} (${expected} there, ${actual} here)`);
    held.subjects.add(subject);
  }
  return [...byReason]
    .map(([key, { rung, names, subjects }]) => {
      const why = key.slice(rung.length + 1);
      return `${rungs[rung]}: ${printable(listed(names))} of ${printable(listed(subjects))}, because ${printable(why)}\n`;
    })
    .join("");
}

function listed(texts: ReadonlySet<string>): string {
  const [first = "", ...more] = [...texts];
  return more.length > 4 ? `${first} and ${countText(more.length)} others` : [first, ...more].join(", ");
}

function verdict({ tables, verdict: came }: Verification, paint: Paint): string {
  const checks = tables.flatMap((table) => table.checks);
  const count = (outcome: RungCheck["outcome"]): number => checks.filter((check) => check.outcome === outcome).length;
  const skipped = count("notChecked");
  const rest = skipped === 0 ? "" : ` ${countText(skipped)} could not be made.`;
  const named = (those: Verification["verdict"]): string =>
    tables.flatMap(({ verdict: held, dataset }) => (held === those ? printable(dataset) : [])).join(", ");
  if (came === "differs") {
    return `${paint("red", "Differs")}: ${named("differs")}. ${countText(count("failed"))} of ${counted(count("failed") + count("passed"), "check")} failed.${rest}`;
  }
  if (count("passed") === 0)
    return `${paint("yellow", "Not proven")}: ${named("notProven")}. Nothing could be compared.${rest}`;
  if (came === "notProven") {
    const unproven = count("notProven");
    const why =
      unproven === 0 ? "The source could not be compared." : `${counted(unproven, "difference")} may be no fault.`;
    return `${paint("yellow", "Not proven")}: ${named("notProven")}. ${why}${rest}`;
  }
  return `${paint("green", "Agrees")}: ${counted(count("passed"), "check")} passed.${rest}`;
}
