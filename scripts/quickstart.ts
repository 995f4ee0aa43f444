import { join } from "node:path";
import { parseArgs } from "node:util";
import { startLocalSnowflake } from "@snowmelt/local";
import { leave } from "snowmelt";
import { exitWith } from "./exit-with.ts";
import { changeSource } from "./quickstart/change-source.ts";
import { compareSides } from "./quickstart/compare-sides.ts";
import { comparisonText } from "./quickstart/comparison-text.ts";
import { fetchTable } from "./quickstart/fetch-table.ts";
import { glueTableText } from "./quickstart/glue-table.ts";
import { lakePlace } from "./quickstart/lake-place.ts";
import { openAws, toS3Access } from "./quickstart/open-aws.ts";
import { openLake } from "./quickstart/open-lake.ts";
import { withSource } from "./quickstart/open-source.ts";
import { prepareLake } from "./quickstart/prepare-lake.ts";
import { runFlights } from "./quickstart/run-flights.ts";

const usage = `npm run quickstart                 a local Snowflake, 3,000,000 real flights, a verified Delta table, a report
npm run quickstart -- --change     inserts and updates rows at the source first, then lands just these
npm run quickstart -- --s3         lands in an S3 on this machine, with the Glue table beside it
npm run quickstart -- --s3 --unload   there Snowflake writes the Parquet files itself
npm run quickstart -- --json       prints one line of JSON at the end
`;

const root = join(import.meta.dirname, "..");
const home = join(root, ".snowmelt");

await exitWith(async () => {
  const { values } = parseArgs({
    options: {
      change: { type: "boolean" },
      s3: { type: "boolean" },
      unload: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }

  const place = lakePlace(values);
  if (place.prefix !== null) console.log("Starting a local AWS over .snowmelt/local/aws");
  await using aws = place.prefix === null ? undefined : await openAws(home);
  if (aws) console.log(`  it answers at ${aws.endpoint}`);

  console.log("Starting a local Snowflake over .snowmelt/local");
  await using server = await startLocalSnowflake({
    dataDir: join(home, "local"),
    sample: true,
    ...(aws ? { s3: toS3Access(aws) } : {}),
    // What Snowflake's files say of their timestamps is listed in docs/verified.md.
    unload: { timestampIsUtc: true },
    onProgress: (line) => console.log(`  ${line}`),
  });
  console.log(`  it listens on ${server.host}:${server.port}, as process ${server.pid}`);

  const change = values.change ? await withSource(server, changeSource) : undefined;
  if (change) {
    const { inserted, updated, moved } = change;
    console.log(
      `\nChanged at the source: ${inserted} rows inserted, ${updated} updated, ${moved} of them moved to another month`,
    );
  }

  const { environment } = place;
  if (aws) await prepareLake(environment, aws, server);
  const { code, manifest } = await runFlights(server, root, { environment, aws });
  if (manifest === undefined || code !== 0) return code === 0 ? 1 : code;

  await using fetched = aws && (await fetchTable(aws, place, "raw/flights"));
  await using lake = await openLake(fetched?.path ?? join(home, "lake", "raw", "flights"));
  const comparison = await withSource(server, (source) => compareSides(source, lake));
  console.log(`\n${comparisonText(comparison, lake.how)}`);
  if (aws) console.log(await glueTableText(aws, place.database, "flights"));
  const report = join(home, "runs", manifest.runId, "report.html");
  console.log(`Report: file://${report}`);
  if (values.json) {
    const { runId, datasets } = manifest;
    const results = datasets.map(({ dataset, outcome, route, counts, deltaVersion }) => ({
      dataset,
      outcome,
      route,
      counts,
      deltaVersion,
    }));
    console.log(JSON.stringify({ runId, datasets: results, change: change ?? null, equal: comparison.equal, report }));
  }
  return comparison.equal ? 0 : 1;
});
leave(Number(process.exitCode ?? 0));
