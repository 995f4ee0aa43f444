import { withSource } from "../../quickstart/open-source.ts";
import { smallNames, smallPipeline } from "../definitions.ts";
import * as names from "../names.ts";
import { type Act, ask, expect, type Stage, until } from "./act.ts";
import { type Heard, openHearing } from "./heard.ts";
import { makeSmallTables } from "./small-tables.ts";

const laterKey = `${names.environment}/later/later`;

const alert: Act = {
  name: "alert",
  summary: "a table that is not there raises one alert; once it is there the alert is resolved",
  async play(stage) {
    const hear = openHearing(stage);
    await runLater(stage, "missing", "failed");
    await until(async () => heardOf(await hear(), laterKey, "trigger").includes("people"), "an alert arrives");
    await makeLater(stage);
    await runLater(stage, "there", "succeeded");
    await until(async () => heardOf(await hear(), laterKey, "resolve").includes("people"), "the alert is resolved");
    const triggers = heardOf(await hear(), laterKey, "trigger").filter((channel) => channel === "people");
    expect(triggers.length === 1, `expected one alert, the receiver got ${triggers.length}`);
  },
};

const outage: Act = {
  name: "outage",
  summary:
    "Snowflake is down past the last try: each channel is told once, then the next level; all calls stop; one probe ends it",
  async play(stage) {
    const { server, stores, watch, say } = stage;
    const hear = openHearing(stage);
    await makeLater(stage);
    await makeSmallTables(server, many);
    await hear();
    const sinceMs = Date.now();
    const heard = async (): Promise<readonly Heard[]> => (await hear()).filter(({ atMs }) => atMs >= sinceMs);

    const on = ["login", "query", "monitoring", "result", "renew"] as const;
    await server.admin.setFaults(on.map((kind) => ({ kind: "requestReset", on: kind, times: "always" })));
    say("Snowflake resets every connection");
    await runLater(stage, "down", "failed");
    const firsts = ["bus", "people", "topic"];
    let of: readonly Heard[] = [];
    const isTold = async (action: string, channels: readonly string[]): Promise<boolean> => {
      of = await heard();
      return channels.every((channel) => heardOf(of, laterKey, action).includes(channel));
    };
    const orWhat = (error: unknown): never => {
      throw new Error(`${String(error)}; heard so far: ${JSON.stringify(of)}`);
    };
    await until(() => isTold("trigger", firsts), "every channel of the first level is told").catch(orWhat);

    await Promise.all(
      many.map((dataset) => ask(stage, { pipeline: smallPipeline, requestId: `down ${dataset}`, datasets: [dataset] })),
    );
    const isOpen = async () => (await stores.breakers.read("snowflake"))?.value.isOpen === true;
    await until(isOpen, "the breaker opens");
    say("the breaker of Snowflake is open for all functions");
    await until(
      async () => heardOf(await heard(), laterKey, "trigger").includes("boss"),
      "the next level is told after its minute",
    );
    const at = (channel: string) =>
      of.find((each) => each.channel === channel && each.dedupKey === laterKey)?.atMs ?? 0;
    of = await heard();
    const waitedMs = at("boss") - at("people");
    expect(waitedMs > 50_000 && waitedMs < 150_000, `the next level was told after ${waitedMs} ms, expected a minute`);

    await server.admin.clearFaults();
    say("Snowflake is back");
    await until(async () => !(await isOpen()), "a probe closes the breaker", 300_000);
    say("a probe has closed the breaker");
    const isSmall = ({ pipeline, trigger }: { pipeline: string; trigger: unknown }) =>
      pipeline === smallPipeline && JSON.stringify(trigger).includes("down ");
    const runs = await watch.allEnded(isSmall, many.length, "the runs that were under way end", 600_000);
    const failed = runs.filter(({ status }) => status !== "succeeded");
    expect(failed.length === 0, `${failed.length} of ${runs.length} runs did not survive the outage`);
    await runLater(stage, "back", "succeeded");
    const channels = [...firsts, "boss"];
    await until(() => isTold("resolve", channels), "every channel is told of the end").catch(orWhat);
    for (const action of ["trigger", "resolve"]) {
      const told = heardOf(of, laterKey, action).sort().join(", ");
      expect(told === [...channels].sort().join(", "), `expected one ${action} through each channel, heard: ${told}`);
    }
    await until(
      async () => heardOf(await heard(), `${names.environment}/breaker/snowflake`, "resolve").includes("people"),
      "the end of the breaker's incident is told",
    );
  },
};

/** Enough calls that fail for a breaker to open. */
const many = smallNames.slice(0, 16);

export const alertActs = [alert, outage] as const;

const heardOf = (heard: readonly Heard[], dedupKey: string, action: string): string[] =>
  heard.filter((each) => each.dedupKey === dedupKey && each.action === action).map(({ channel }) => channel);

async function runLater(stage: Stage, requestId: string, status: "failed" | "succeeded"): Promise<void> {
  await ask(stage, { pipeline: "later", requestId });
  const isIt = ({ pipeline, trigger }: { pipeline: string; trigger: unknown }) =>
    pipeline === "later" && JSON.stringify(trigger).includes(`"${requestId}"`);
  const run = await stage.watch.ended(isIt, `the run ${requestId} of later ends`, 300_000);
  expect(run.status === status, `the run ended ${run.status}: ${JSON.stringify(run.tasks)}`);
  const { failure } = run.tasks.later ?? {};
  if (failure) stage.say(`it failed: ${failure.code}: ${failure.message}`);
}

async function makeLater({ server }: Stage): Promise<void> {
  await withSource(server, async ({ change, rows }) => {
    const columns = "(ID NUMBER(9,0) NOT NULL, UPDATED_AT TIMESTAMP_NTZ(6) NOT NULL)";
    await rows(`CREATE OR REPLACE TABLE AVIATION.PUBLIC.LATER ${columns}`);
    await change("INSERT INTO AVIATION.PUBLIC.LATER SELECT 1, '2026-01-01 00:00:00'::TIMESTAMP_NTZ(6)");
  });
}
