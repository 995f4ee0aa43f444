import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DatasetResult, RunManifest } from "@snowmelt/pipeline";
import { exitWith } from "./exit-with.ts";
import { ensureReaders } from "./judges.ts";

const root = join(import.meta.dirname, "..");
const runs = join(root, ".snowmelt", "runs");
const FLIGHTS = 3_000_000;

// Runs the quickstart as a new user would, in a folder and on S3, and holds its numbers against what they must be, as its
// manifest says and as a reader that other people wrote counts them. Expects no `.snowmelt` folder.
await exitWith(async () => {
  if (existsSync(join(root, ".snowmelt"))) {
    throw new Error(".snowmelt is there: this checks a first run. Remove the folder and run again.");
  }
  const problems = [
    ...expectFirstRun(inFolder()),
    ...expectNothingNew(inFolder()),
    ...expectChanges(inFolder("--change")),
    ...expectOnS3("stream", quickstart("--s3")),
    ...expectOnS3("unload", quickstart("--s3", "--unload")),
    ...expectNothingOnS3(quickstart("--s3", "--unload")),
  ];
  for (const problem of problems) console.error(problem);
  console.log(`quickstart: ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
});

interface Run {
  readonly manifest: RunManifest;
  readonly flights: DatasetResult;
  readonly airports: DatasetResult;
}

interface FolderRun extends Run {
  /** By deltalake. */
  readonly table: { readonly version: number; readonly rows: number; readonly ids: number };
}

function expectFirstRun({ flights, airports, table }: FolderRun): string[] {
  return [
    ...differences("first run, flights", flights.outcome, "committed"),
    ...differences("first run, flights extracted", flights.counts.extracted, FLIGHTS),
    ...differences("first run, flights inserted", flights.counts.inserted, FLIGHTS),
    ...differences("first run, airports", airports.outcome, "committed"),
    ...differences("first run, table", table, { version: flights.deltaVersion, rows: FLIGHTS, ids: FLIGHTS }),
  ];
}

function expectNothingNew({ flights, airports, table }: FolderRun): string[] {
  return [
    ...differences("second run, flights", flights.outcome, "empty"),
    ...differences("second run, flights extracted", flights.counts.extracted, 0),
    ...differences("second run, airports", airports.outcome, "unchanged"),
    ...differences("second run, table", { rows: table.rows, ids: table.ids }, { rows: FLIGHTS, ids: FLIGHTS }),
  ];
}

function expectChanges({ flights, table }: FolderRun): string[] {
  const { extracted, inserted, updated } = flights.counts;
  const rows = FLIGHTS + inserted;
  return [
    ...differences("run after a change, flights", flights.outcome, "committed"),
    ...differences("run after a change, inserts and updates", [inserted, updated > 0], [500, true]),
    ...differences("run after a change, flights extracted", extracted, inserted + updated),
    ...differences("run after a change, table", table, { version: flights.deltaVersion, rows, ids: rows }),
  ];
}

/** The quickstart itself has read the table back from the bucket and compared it with the source. */
function expectOnS3(route: "stream" | "unload", { flights, airports }: Run): string[] {
  return [flights, airports].flatMap(({ dataset: name, ...result }) => [
    ...differences(`on S3 by ${route}, ${name}`, [result.outcome, result.route], ["committed", route]),
    ...differences(`on S3 by ${route}, ${name} in the catalog`, result.catalog?.status, "created"),
  ]);
}

function expectNothingOnS3({ flights, airports }: Run): string[] {
  return [
    ...differences("on S3 again, flights", [flights.outcome, flights.counts.extracted], ["empty", 0]),
    ...differences("on S3 again, airports", [airports.outcome, airports.catalog?.status], ["unchanged", "unchanged"]),
  ];
}

function inFolder(...args: string[]): FolderRun {
  return { ...quickstart(...args), table: readTable() };
}

function quickstart(...args: string[]): Run {
  const before = runIds();
  const { status } = spawnSync("npm", ["run", "quickstart", "--", ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`npm run quickstart ${args.join(" ")} ended with exit code ${status}`);

  const [runId, ...others] = runIds().filter((id) => !before.includes(id));
  if (runId === undefined || others.length > 0)
    throw new Error(`expected one new folder in ${runs}, got ${others.length}`);
  for (const file of ["manifest.json", "report.html", "events.jsonl"]) {
    if (statSync(join(runs, runId, file)).size === 0) throw new Error(`${file} of run ${runId} is empty`);
  }
  const manifest = RunManifest.parse(JSON.parse(readFileSync(join(runs, runId, "manifest.json"), "utf8")));
  if (manifest.status !== "succeeded") throw new Error(`run ${runId} ${manifest.status}, yet the quickstart exited 0`);
  return {
    manifest,
    flights: dataset(manifest, "flights"),
    airports: dataset(manifest, "airports"),
  };
}

function runIds(): string[] {
  return existsSync(runs) ? readdirSync(runs) : [];
}

function dataset(manifest: RunManifest, name: string): DatasetResult {
  const found = manifest.datasets.find((result) => result.dataset === name);
  if (found === undefined) throw new Error(`the manifest of run ${manifest.runId} has no dataset ${name}`);
  const failed = found.checks.filter(({ passed }) => !passed);
  if (failed.length > 0) throw new Error(`checks of ${name} failed, yet the run succeeded: ${JSON.stringify(failed)}`);
  return found;
}

function readTable(): FolderRun["table"] {
  const script = [
    "import json, sys, deltalake, pyarrow.compute as pc",
    "table = deltalake.DeltaTable(sys.argv[1])",
    "ids = table.to_pyarrow_table(columns=['FLIGHT_ID'])",
    "print(json.dumps({'version': table.version(), 'rows': ids.num_rows, 'ids': pc.count_distinct(ids['FLIGHT_ID']).as_py()}))",
  ].join("\n");
  const table = join(root, ".snowmelt", "lake", "raw", "flights");
  const run = spawnSync(ensureReaders().SNOWMELT_JUDGES_PYTHON, ["-c", script, table], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`deltalake cannot read ${table}: ${run.stderr}`);
  return JSON.parse(run.stdout) as FolderRun["table"];
}

function differences(what: string, actual: unknown, expected: unknown): string[] {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  return is === wanted ? [] : [`${what}: expected ${wanted}, got ${is}`];
}
