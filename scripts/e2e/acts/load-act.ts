import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLake } from "../../quickstart/open-lake.ts";
import { smallNames, smallPipeline } from "../definitions.ts";
import { type Act, ask, expect, type Stage } from "./act.ts";
import { copyTables } from "./copy-tables.ts";
import { makeSmallTables, rowsEach } from "./small-tables.ts";

const atATime = 64;

/** Many runs beside each other, each of a table of its own. */
export const load: Act = {
  name: "load",
  summary: `${smallNames.length} runs, ${atATime} at a time, and each window is landed once`,
  isLong: true,
  async play(stage) {
    const { server, watch, say } = stage;
    await makeSmallTables(server, smallNames);
    const beganAtMs = Date.now();
    const waiting = [...smallNames];
    let ended = 0;
    const one = async (dataset: string): Promise<void> => {
      const requestId = `load ${dataset}`;
      await ask(stage, { pipeline: smallPipeline, requestId, datasets: [dataset] });
      const isIt = ({ trigger }: { trigger: unknown }) => JSON.stringify(trigger).includes(`"${requestId}"`);
      const run = await watch.ended(isIt, `the run of ${dataset} ends`, 3_000_000);
      expect(run.status === "succeeded", `the run of ${dataset} ended ${run.status}: ${JSON.stringify(run.tasks)}`);
      ended++;
      if (ended % 20 === 0) say(`${ended} of ${smallNames.length} runs have ended`);
    };
    const worker = async (): Promise<void> => {
      for (let dataset = waiting.shift(); dataset !== undefined; dataset = waiting.shift()) await one(dataset);
    };
    await Promise.all(Array.from({ length: atATime }, worker));
    const seconds = (Date.now() - beganAtMs) / 1000;
    say(`${smallNames.length} runs in ${Math.round(seconds)} s`);
    await verifyAll(stage);
  },
};

/** Each table holds its rows, by DuckDB, and its log one change of data, which is the window's. */
async function verifyAll(stage: Stage): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-e2e-"));
  try {
    await copyTables(stage, "raw/small", folder);
    for (const dataset of smallNames) {
      const table = join(folder, "raw", dataset);
      await using lake = await openLake(table);
      const [found] = await lake.rows("SELECT count(*), count(DISTINCT ID), sum(ID) FROM flights");
      const wanted = [rowsEach, rowsEach, (rowsEach * (rowsEach - 1)) / 2].join();
      expect(found?.join() === wanted, `${dataset} holds ${found?.join()}, expected ${wanted}`);
      const log = join(table, "_delta_log");
      let changes = 0;
      for (const name of (await readdir(log)).filter((each) => each.endsWith(".json"))) {
        const actions = (await readFile(join(log, name), "utf8")).split("\n").filter(Boolean);
        if (actions.some((action) => "add" in JSON.parse(action))) changes++;
      }
      expect(changes === 1, `${dataset} was landed ${changes} times, expected once`);
    }
    stage.say(`${smallNames.length} tables hold ${rowsEach} rows each, each landed by one commit`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
