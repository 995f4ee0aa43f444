import { bulkLoad, readNote, writeNote } from "../sql/bulk-load.ts";
import { type LocalSqlEngine, openOwnSession } from "../sql/index.ts";
import { AIRPORTS_TABLE, airportRows } from "./airports.ts";
import { ALL_TYPES_STATEMENTS } from "./all-types.ts";
import { FLIGHTS_TABLE, flightRows } from "./flights.ts";

export interface SampleOptions {
  /** How many times the 3,000,000 flights are repeated, each copy a second later. @default 1 */
  readonly scale?: number;
}

const NOTE = "sample";

/**
 * Makes the sample tables AVIATION.PUBLIC.FLIGHTS, AIRPORTS and ALL_TYPES, once per data folder: a note in the folder says
 * which. Safe to call again; one that a kill interrupted is made anew, and a sample of another scale replaces the old one.
 */
export async function loadSample(engine: LocalSqlEngine, { scale = 1 }: SampleOptions = {}): Promise<void> {
  const wanted = `1/${scale}`;
  if ((await readNote(engine.state, NOTE)) === wanted) return;
  const run = openOwnSession(engine, { database: "AVIATION", schema: "PUBLIC" });
  await run("CREATE DATABASE IF NOT EXISTS AVIATION");
  await run(FLIGHTS_TABLE);
  await bulkLoad(engine.state, { path: ["AVIATION", "PUBLIC", "FLIGHTS"], duckdbSelect: flightRows(scale) });
  await run(AIRPORTS_TABLE);
  await bulkLoad(engine.state, { path: ["AVIATION", "PUBLIC", "AIRPORTS"], duckdbSelect: airportRows() });
  for (const statement of ALL_TYPES_STATEMENTS) await run(statement);
  await writeNote(engine.state, NOTE, wanted);
}
