import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type DatasetInput,
  definePlatform,
  type Pipeline,
  parseDefinition,
  password,
  secret,
} from "@snowmelt/core/definition";
import { memorySecrets } from "@snowmelt/core/ports";
import { columnValues, isComplete } from "@snowmelt/core/quality";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunEvent, RunFailure } from "../../src/index.ts";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { manifestOf, runCommand } from "./command-line.ts";
import { filesBelow, orphansOf } from "./folder.ts";
import { createPeople, expectPeopleInLake, now, peopleColumns, peopleDataset, peoplePipeline } from "./people.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

/** Runs one dataset that must fail, and sees that the lake is as it was. */
async function failing(pipeline: Pipeline): Promise<RunFailure> {
  const before = await filesBelow(land.lake);
  const { datasets, status } = await land.run(pipeline);
  expect(status).toBe("failed");
  const after = await filesBelow(land.lake);
  expect(
    after.filter((file) => !before.includes(file)),
    "what the failed run left",
  ).toEqual([]);
  const failure = datasets[0]?.failure;
  if (datasets.length !== 1 || !failure) throw new Error("one dataset was to fail");
  return failure;
}

/** Mended, the same dataset lands and equals its source. */
async function mended(name: string, more: Partial<DatasetInput> = {}): Promise<void> {
  const { datasets } = await land.run(peoplePipeline(land, name, more));
  expect(datasets.map(({ failure }) => failure)).toEqual(datasets.map(() => null));
  await expectPeopleInLake(land, name);
  expect(await orphansOf(land.lake, `raw/${name.toLowerCase()}`)).toEqual([]);
}

describe("a source that is not as the definition says", () => {
  test("a table that is not there is named, with one like it", async () => {
    await createPeople(land, "CITIZENS", 3);
    const failure = await failing(land.pipeline({ citizens: peopleDataset("CITIZENZ") }));
    expect(failure).toMatchObject({ code: "OBJECT_NOT_FOUND", category: "definition", stage: "plan" });
    expect(failure.message).toMatch(/CITIZENZ.*CITIZENS/s);
    await mended("CITIZENS");
  });

  test("a column that is not there is named", async () => {
    await createPeople(land, "COLUMNLESS", 3);
    const columns = [...peopleColumns, ["SHOE_SIZE", "NUMBER(3,0)"] as const];
    const failure = await failing(land.pipeline({ columnless: peopleDataset("COLUMNLESS", {}, columns) }));
    expect(failure).toMatchObject({ code: "SCHEMA_MISMATCH", category: "data" });
    expect(failure.message).toContain("SHOE_SIZE");
    await mended("COLUMNLESS");
  });

  test.each(["fail", "freeze", "evolve"] as const)(
    "a type that changed since the last run is named (%s)",
    async (onSchemaChange) => {
      const name = `RETYPED_${onSchemaChange.toUpperCase()}`;
      await createPeople(land, name, 3);
      await mended(name, { onSchemaChange });
      await land.sql(
        `CREATE OR REPLACE TABLE ${name} (ID NUMBER(10,0), NAME VARCHAR(100), AGE VARCHAR(10), UPDATED_AT TIMESTAMP_NTZ(6))`,
        `INSERT INTO ${name} VALUES (1, 'x', 'old', ${now})`,
      );
      const failure = await failing(peoplePipeline(land, name, { onSchemaChange }));
      expect(failure).toMatchObject({ code: "SCHEMA_MISMATCH", category: "data" });
      expect(failure.message).toMatch(/AGE.*NUMBER\(5,0\).*VARCHAR\(10\)/s);
      await createPeople(land, name, 5);
      await mended(name, { onSchemaChange });
    },
  );

  test("a table in the lake that has another schema is named, with the column", async () => {
    await createPeople(land, "LANDED_OTHERWISE", 3);
    await mended("LANDED_OTHERWISE");
    await land.sql(
      "CREATE OR REPLACE TABLE OTHER (ID NUMBER(10,0), NAME VARCHAR(100), AGE DATE, UPDATED_AT TIMESTAMP_NTZ(6))",
    );
    const columns = peopleColumns.map(([column, type]) => [column, column === "AGE" ? "DATE" : type] as const);
    const failure = await failing(land.pipeline({ landed_otherwise: peopleDataset("OTHER", {}, columns) }));
    expect(failure).toMatchObject({ code: "SCHEMA_MISMATCH", category: "data" });
    expect(failure.message).toMatch(/raw\/landed_otherwise.*AGE/s);
    await mended("LANDED_OTHERWISE");
  });
});

describe("rows that may not land", () => {
  test("a NULL cursor, which no window would ever read", async () => {
    await createPeople(land, "TIMELESS", 3);
    await land.sql("INSERT INTO TIMELESS VALUES (7, 'never', 1, NULL)");
    const failure = await failing(peoplePipeline(land, "TIMELESS"));
    expect(failure).toMatchObject({ code: "CURSOR_IS_NULL", category: "data" });
    expect(failure.message).toMatch(/1 rows.*UPDATED_AT/s);
    await land.sql(`UPDATE TIMELESS SET UPDATED_AT = ${now} WHERE ID = 7`);
    await mended("TIMELESS");
  });

  const keys = [
    { what: "a NULL key", name: "KEYLESS", id: "NULL", message: /ID/, merge: "MERGE_KEY_NULL" },
    { what: "a key that is there twice", name: "TWINS", id: "2", message: /ID.*2/s, merge: "MERGE_KEY_DUPLICATE" },
  ];
  test.each(keys)("$what blocks, in a first window and in a merge", async ({ name, id, message, merge }) => {
    await createPeople(land, name, 3);
    await land.sql(`INSERT INTO ${name} VALUES (${id}, 'intruder', 1, ${now})`);
    const first = await failing(peoplePipeline(land, name));
    expect(first).toMatchObject({ code: "QUALITY_BLOCKED", category: "quality" });
    expect(first.message).toMatch(message);
    await land.sql(`DELETE FROM ${name} WHERE NAME = 'intruder'`);
    await mended(name);

    await land.sql(`INSERT INTO ${name} SELECT ${id}, 'intruder', SEQ4(), ${now} FROM TABLE(GENERATOR(ROWCOUNT => 2))`);
    const second = await failing(peoplePipeline(land, name));
    expect(second).toMatchObject({ code: merge, category: "data" });
    expect(second.message).toMatch(message);
    await land.sql(`DELETE FROM ${name} WHERE NAME = 'intruder'`);
    await mended(name);
  });

  test("rows that a blocking rule refuses, and what it measured", async () => {
    await createPeople(land, "UNRULY", 10);
    const quality = [columnValues("AGE", "<", 5), isComplete("NAME")];
    const failure = await failing(peoplePipeline(land, "UNRULY", { quality }));
    expect(failure).toMatchObject({ code: "QUALITY_BLOCKED", category: "quality", stage: "check" });
    expect(failure.message).toMatch(/unruly.*AGE < 5/s);
    expect(failure.message).not.toContain("NAME");
    await land.sql("DELETE FROM UNRULY WHERE AGE >= 5");
    await mended("UNRULY", { quality });
  });
});

describe("a call that cannot begin", () => {
  const any = (): Pipeline => peoplePipeline(land, "ANYONE");

  test("an environment or a dataset that is not there is named, with those that are", async () => {
    await expect(land.run(any(), { environment: "prod" })).rejects.toMatchObject({
      code: "ENVIRONMENT_UNKNOWN",
      category: "definition",
      message: expect.stringMatching(/"prod".*local/),
    });
    await expect(land.run(any(), { datasets: ["someone"] })).rejects.toMatchObject({
      code: "DATASET_UNKNOWN",
      category: "definition",
      message: expect.stringMatching(/"someone".*anyone/),
    });
  });

  test("a wrong password is refused by name of the user", async () => {
    const secrets = memorySecrets({ "test:password": "not the password" });
    await expect(land.run(any(), { secrets })).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
      category: "credentials",
    });
  });

  test("a host that is not reachable is named", async () => {
    await expect(land.run(any(), { connection: { port: 1 } })).rejects.toMatchObject({
      category: "source",
      message: expect.stringContaining("127.0.0.1"),
    });
  }, 120_000);

  test("plain http to another machine is refused, in the definition and in the call", async () => {
    const auth = password(secret("test:password"));
    const snowflake = { account: "a", user: "u", auth, protocol: "http", host: "snowflake.example.com" } as const;
    const define = () => definePlatform({ name: "t", environments: { local: { snowflake, lake: { root: "x" } } } });
    expect(define).toThrow(/plain http is refused outside loopback/);
    await expect(land.run(any(), { connection: { host: "snowflake.example.com" } })).rejects.toMatchObject({
      code: "INSECURE_TRANSPORT",
      category: "definition",
      message: expect.stringContaining("snowflake.example.com"),
    });
  });

  test("a typo in a definition is named by its path, with what was meant", () => {
    const { datasets, ...rest } = peoplePipeline(land, "ANYONE");
    const typo = { ...rest, datasets: { anyone: { ...datasets.anyone, qualty: [] } } };
    expect(() => parseDefinition(typo)).toThrow(/datasets\.anyone.*"qualty"; did you mean "quality"/s);
  });
});

describe("a lake that cannot be written", () => {
  test("a file where the table's folder should be", async () => {
    await createPeople(land, "BLOCKED", 3);
    await mkdir(join(land.lake, "raw"), { recursive: true });
    await writeFile(join(land.lake, "raw", "blocked"), "not a folder");
    const failure = await failing(peoplePipeline(land, "BLOCKED"));
    expect(failure).toMatchObject({ category: "storage" });
    expect(failure.message).toContain("raw/blocked");
    await rm(join(land.lake, "raw", "blocked"));
    await mended("BLOCKED");
  });

  test("a log that is not Delta's", async () => {
    await createPeople(land, "GARBLED", 3);
    const log = join(land.lake, "raw", "garbled", "_delta_log");
    await mkdir(log, { recursive: true });
    await writeFile(join(log, "00000000000000000000.json"), "this is no action\n");
    const failure = await failing(peoplePipeline(land, "GARBLED"));
    expect(failure).toMatchObject({ code: "DELTA_LOG_INVALID", category: "storage" });
    expect(failure.message).toContain("raw/garbled");
    await rm(log, { recursive: true });
    await mended("GARBLED");
  });

  test("files that no log names are neither read nor touched", async () => {
    await createPeople(land, "SHARED", 3);
    const stranger = join(land.lake, "raw", "shared", "part-0.parquet");
    await mkdir(join(land.lake, "raw", "shared"), { recursive: true });
    await writeFile(stranger, "not ours");
    expect((await land.run(peoplePipeline(land, "SHARED"))).status).toBe("succeeded");
    await expectPeopleInLake(land, "SHARED");
    expect(await readFile(stranger, "utf8")).toBe("not ours");
  });
});

describe("records that cannot be written", () => {
  test("a folder that cannot be used is found before anything is read", async () => {
    await createPeople(land, "UNTOLD", 3);
    const blocked = join(land.directory, "a-file");
    await writeFile(blocked, "");
    const events: RunEvent[] = [];
    const run = land.run(peoplePipeline(land, "UNTOLD"), {
      runsRoot: join(blocked, "runs"),
      onEvent: (event) => events.push(event),
    });
    await expect(run).rejects.toMatchObject({ code: "RECORDS_UNWRITABLE", category: "storage" });
    await expect(run).rejects.toThrow(/a-file.*ENOTDIR.*--runs/s);
    expect(events).toEqual([]);
    await mended("UNTOLD");
  });

  test("records that fail later do not hide what the run came to", async () => {
    await createPeople(land, "HALF_TOLD", 3);
    const runsRoot = join(land.directory, "lost-runs");
    const manifest = await land.run(peoplePipeline(land, "HALF_TOLD"), {
      runsRoot,
      onEvent(event) {
        if (event.kind !== "stageStarted" || event.stage !== "verify") return;
        rmSync(join(runsRoot, event.runId), { recursive: true });
        writeFileSync(join(runsRoot, event.runId), "");
      },
    });
    expect(manifest).toMatchObject({
      status: "succeeded",
      datasets: [{ outcome: "committed", counts: { inserted: 3 } }],
      recordFailure: { code: "RECORDS_UNWRITABLE", category: "storage", stage: null },
    });
    expect(manifest.recordFailure?.message).toContain(join(runsRoot, manifest.runId));
    await expectPeopleInLake(land, "HALF_TOLD");
  });

  test("the command prints the manifest, says why on standard error, and ends with the code for storage", async () => {
    await createPeople(land, "PRINTED", 50_000);
    const runs = join(land.directory, "printed-runs");
    let moved = false;
    const ended = await runCommand(land, peoplePipeline(land, "PRINTED"), {
      args: ["--json", "--runs", runs],
      onStart: (child) => {
        const timer = setInterval(() => {
          const [runId] = existsSync(runs) ? readdirSync(runs) : [];
          if (runId === undefined || !existsSync(join(runs, runId, "events.jsonl"))) return;
          clearInterval(timer);
          renameSync(join(runs, runId), join(runs, "gone"));
          moved = true;
        }, 5);
        child.on("close", () => clearInterval(timer));
      },
    });
    expect(moved).toBe(true);
    expect(ended.err).toMatch(/RECORDS_UNWRITABLE/);
    expect(manifestOf(ended)).toMatchObject({ status: "succeeded", datasets: [{ counts: { inserted: 50_000 } }] });
    expect(ended.code).toBe(7);
  }, 120_000);
});

describe("the command", () => {
  test("ends with the category's exit code and says what is wrong", async () => {
    await createPeople(land, "COMMANDED", 100);
    const quality = [columnValues("AGE", "<", 5)];
    const blocked = await runCommand(land, peoplePipeline(land, "COMMANDED", { quality }));
    expect(blocked).toMatchObject({ code: 6, err: expect.stringMatching(/QUALITY_BLOCKED.*AGE < 5/s) });
    const missing = await runCommand(land, land.pipeline({ missing: peopleDataset("NOBODY") }));
    expect(missing).toMatchObject({ code: 2, err: expect.stringMatching(/OBJECT_NOT_FOUND.*NOBODY/s) });
    const typo = { ...peoplePipeline(land, "COMMANDED"), datasts: {} };
    expect(await runCommand(land, typo)).toMatchObject({ code: 2, err: expect.stringContaining("datasts") });
    const unknown = await runCommand(land, peoplePipeline(land, "COMMANDED"), { args: ["--env", "prod"] });
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining("prod") });
    const good = await runCommand(land, peoplePipeline(land, "COMMANDED"), { args: ["--json"] });
    expect(good.code).toBe(0);
    expect(manifestOf(good).datasets).toMatchObject([{ counts: { inserted: 100 } }]);
  }, 120_000);

  test("tells that the disk is full, leaves no file behind, and lands once there is room", async () => {
    await createPeople(land, "BULKY", 50_000);
    await land.sql("UPDATE BULKY SET NAME = MD5(ID)");
    const full = await runCommand(land, peoplePipeline(land, "BULKY"), {
      args: ["--json"],
      shell: 'ulimit -f 100; exec "$0" "$@"',
    });
    expect(full.code, full.err).toBe(7);
    expect(manifestOf(full).datasets).toMatchObject([{ failure: { code: "STORE_FULL", category: "storage" } }]);
    expect(await filesBelow(join(land.lake, "raw", "bulky"))).toEqual([]);
    await mended("BULKY");
  }, 120_000);

  test("tells that the lake may not be written", async () => {
    await createPeople(land, "LOCKED", 3);
    await mkdir(join(land.lake, "raw"), { recursive: true });
    // Root may write anywhere, and so becomes someone who may not; anyone else takes the right from themselves.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    await chmod(land.directory, 0o755);
    for (const folder of ["state", "runs"]) {
      await mkdir(join(land.directory, folder), { recursive: true });
      await chmod(join(land.directory, folder), 0o777);
    }
    await chmod(join(land.lake, "raw"), 0o555);
    const locked = await runCommand(land, peoplePipeline(land, "LOCKED"), {
      args: ["--json"],
      ...nobody,
      stateRoot: join(land.directory, "runs", "state-of-nobody"),
    });
    await chmod(join(land.lake, "raw"), 0o755);
    expect(locked.code, locked.err).toBe(7);
    expect(manifestOf(locked).datasets).toMatchObject([{ failure: { code: "STORE_READ_ONLY", category: "storage" } }]);
    expect(manifestOf(locked).datasets[0]?.failure?.message).toContain("raw/locked");
    await expect(lakeRows(land.lake, "raw/locked", "1", "1")).rejects.toThrow("there is no table");
    await mended("LOCKED");
  }, 120_000);
});
