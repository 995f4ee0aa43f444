import { expect, test } from "vitest";
import { recordedEvents } from "../../test/recorded-run.ts";
import { openScreen } from "../../test/screen.ts";
import { openTerminal } from "../terminal.ts";
import { openBarDisplay } from "./bar-display.ts";

function shown(columns: number, upTo: number, noColor = true): { lines: string[]; written: string } {
  const screen = openScreen(columns);
  let written = "";
  const stderr = {
    isTTY: true,
    columns,
    write(text: string) {
      written += text;
      screen.write(text);
    },
  };
  const config = { noColor, forceColor: false, dumbTerminal: false, variables: {}, lake: {} };
  const events = [recordedEvents("flights"), recordedEvents("airports")].map((list) => list.slice(0, upTo));
  let now = Date.parse("2026-11-23T12:00:00Z");
  using display = openBarDisplay(openTerminal({ stdout: stderr, stderr }, config), () => now);
  for (let index = 0; index < upTo; index++) {
    for (const list of events) {
      const event = list[index];
      if (event === undefined) continue;
      now = event.atMs;
      display.show(event);
    }
    if (index % 10 === 5) display.say(`said ${index}`);
  }
  display.say("now");
  return { lines: screen.lines(), written };
}

test("draws a line for each dataset in place, below what was said", () => {
  expect(shown(100, 26).lines).toEqual([
    "said 5",
    "said 15",
    "said 25",
    "now",
    "flights   land     ━━━━────   50 %    500,000 of 1,000,000 rows  100,000 rows/s     5 MB  5 s left",
    "airports  land     ━━━━────   50 %    500,000 of 1,000,000 rows  100,000 rows/s     5 MB  5 s left",
    "",
  ]);
});

test("leaves what is done on the screen and nothing half drawn", () => {
  for (const columns of [40, 80, 200]) {
    const { lines } = shown(columns, 60);
    expect(lines.filter((line) => line.startsWith("✓"))).toHaveLength(2);
    expect(lines.filter((line) => line.includes("━"))).toEqual([]);
    expect(lines.at(-1)).toBe("");
  }
});

test("writes no colour where colours are off", () => {
  expect(shown(100, 60).written).not.toMatch(/\u001b\[[0-9;]*m/);
  expect(shown(100, 60, false).written).toMatch(/\u001b\[[0-9;]*m/);
});
