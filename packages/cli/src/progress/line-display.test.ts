import { expect, test } from "vitest";
import { recordedEvents } from "../../test/recorded-run.ts";
import { openTerminal } from "../terminal.ts";
import { openProgressDisplay } from "./progress-display.ts";

test("where there is no terminal, a line a stage and one about every five seconds, without escape sequences", () => {
  let written = "";
  const stream = { write: (text: string) => (written += text) };
  const config = { noColor: false, forceColor: false, dumbTerminal: false, variables: {}, lake: {} };
  using display = openProgressDisplay(openTerminal({ stdout: stream, stderr: stream }, config));
  for (const event of recordedEvents()) display.show(event);
  display.say("done");
  expect(written.split("\n")).toEqual([
    "run 20261123T120000Z-0001: flights in local, flights",
    "flights: plan done in 190 ms",
    "flights: 500,000 of 1,000,000 (50 %) rows, 5 MB, 100,000 rows/s",
    "flights: 1,000,000 of 1,000,000 (100 %) rows, 10 MB, 100,000 rows/s",
    "! flights: deletes are not seen",
    "flights: extract done in 10.3 s",
    "flights: land done in 10.2 s",
    "✓ flights  committed  1,000,000 rows read  10 MB  96,154 rows/s  11 s",
    "done",
    "",
  ]);
});
