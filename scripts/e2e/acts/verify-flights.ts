import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareSides } from "../../quickstart/compare-sides.ts";
import { comparisonText } from "../../quickstart/comparison-text.ts";
import { openLake } from "../../quickstart/open-lake.ts";
import { withSource } from "../../quickstart/open-source.ts";
import * as names from "../names.ts";
import { expect, type Stage } from "./act.ts";
import { copyTables } from "./copy-tables.ts";

/** Reads the table by DuckDB's Delta reader, holds it against the source, and looks at what the catalog says of it. */
export async function verifyFlights(stage: Stage): Promise<void> {
  const { account, server, say } = stage;
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-e2e-"));
  try {
    await copyTables(stage, "raw/flights/", folder);
    await using lake = await openLake(join(folder, "raw", "flights"));
    const comparison = await withSource(server, (source) => compareSides(source, lake));
    say(comparisonText(comparison, lake.how));
    expect(comparison.equal, "the table is not what the source holds");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { Table } = (await account.json("AWSGlue.GetTable", {
    DatabaseName: `${names.databasePrefix}raw`,
    Name: "flights",
  })) as { Table?: { StorageDescriptor?: { Location?: string } } };
  expect(Table !== undefined, "the catalog has no table");
  say(`Glue: ${names.databasePrefix}raw.flights at ${Table.StorageDescriptor?.Location}`);
}
