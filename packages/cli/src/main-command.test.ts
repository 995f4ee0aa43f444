import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coreError } from "@snowmelt/core/errors";
import { describe, expect, test } from "vitest";
import { commandLine, recordedEngine } from "../test/command-line.ts";
import { failedManifest, recordedManifest } from "../test/recorded-run.ts";

const fixtures = join(import.meta.dirname, "../test/fixtures");
const orders = join(fixtures, "orders.ts");

describe("help", () => {
  test("is shown for nothing, for --help and for each command, and is a success", async () => {
    for (const argv of [
      [],
      ["--help"],
      ["run", "--help"],
      ["plan", "--help"],
      ["local", "--help"],
      ["typegen", "--help"],
    ]) {
      const { code, out, err } = await commandLine(argv);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toContain("Usage: snowmelt");
    }
    expect((await commandLine(["run", "--help"])).out).toContain("$ snowmelt run pipelines/flights.ts");
  });

  test("--version is that of the package", async () => {
    expect((await commandLine(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("mistakes on the command line", () => {
  test.each([
    [["run"], "Missing required argument 'pipeline'. See snowmelt run --help."],
    [["frobnicate"], "Unknown command 'frobnicate'. See snowmelt --help."],
    [["verfy"], "Did you mean verify?"],
    [["run", orders, "--dataste", "x"], "Did you mean --dataset?"],
    [["local", "--port", "x"], "Expected a number from 0 to 65535."],
    [["run", "nowhere.ts"], "There is no file nowhere.ts"],
    [["run", join(fixtures, "no-default.ts")], "it exports pipeline"],
    [["run", join(fixtures, "shop-platform.ts")], "exports a platform, expected a pipeline"],
    [["run", join(fixtures, "wrong-definition.ts")], 'did you mean "platform"?'],
    [["run", orders, "--env", "prod"], 'There is no environment "prod"; platform shop has local.'],
    [["run", orders, "--connection", "password=hunter2"], "--connection takes name=value with one of account, host"],
    [["run", orders, "--connection", "port=99999"], "--connection port: expected a whole number from 1 to 65535"],
    [
      ["run", orders, "--connection", "port=abc"],
      '--connection port: expected a whole number from 1 to 65535, got "abc".',
    ],
    [["run", orders, "--connection", "protocol=ftp"], '--connection protocol: expected https or http, got "ftp".'],
    [["run", orders, "--connection", "host=http://h"], "--connection host: expected a host name without scheme"],
    [["run", orders, "--backfill", "2026-01-01"], "--backfill takes both ends"],
    [["run", orders, "--backfill", "1..2..3"], "--backfill takes both ends"],
    [["run", orders, "--backfill", "1..9", "--slices", "0"], "--slices takes a number of 1 or more"],
    [["run", orders, "--backfill", "1..9", "--every", "1 week"], "--every takes a length such as 1d"],
    [["run", orders, "--backfill", "1..9", "--every", "1d", "--slices", "2"], "give one of them"],
    [["run", orders, "--backfill", "1..9", "--refresh"], "give one of them"],
    [["run", orders, "--backfill", "1..9", "--dataset", "a", "--dataset", "b"], "--backfill takes one --dataset"],
    [["run", orders, "--backfill-id", "x"], "--backfill-id goes with --backfill"],
  ])("%j", async (argv, expected) => {
    const { code, out, err } = await commandLine(argv, recordedEngine());
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err.replaceAll("\n", " ")).toContain(expected);
    expect(err).not.toMatch(/\n\s+at /);
    expect(err).not.toContain("hunter2");
  });

  test("a file that does not parse is named with its line", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "snowmelt-cli-")), "broken.ts");
    writeFileSync(file, "export default {\n  name: 'x'\n  apiVersion: 1,\n};\n");
    const { code, err } = await commandLine(["run", file, "--verbose"], recordedEngine());
    expect(code).toBe(2);
    expect(err).toContain("PIPELINE_FILE_INVALID");
    expect(err).toContain("broken.ts");
  });
});

describe("run", () => {
  test("hands the definition to the engine, with what the command line says of it", async () => {
    const engine = recordedEngine();
    const { code } = await commandLine(
      ["run", orders, "--dataset", "orders", "--dataset", "all_orders", "--connection", "port=4000", "--state", "s"],
      { ...engine, cwd: "/project" },
    );
    expect(code).toBe(0);
    expect(engine.asked).toEqual([
      expect.objectContaining({
        pipeline: "orders",
        environment: "local",
        datasets: ["orders", "all_orders"],
        connection: { port: 4000 },
        stateRoot: "/project/s",
        runsRoot: "/project/.snowmelt/runs",
      }),
    ]);
  });

  test("hands a backfill or a refresh to the engine", async () => {
    const engine = recordedEngine();
    const backfill = ["run", orders, "--backfill", "2026-01-01..2026-02-01", "--every", "12h", "--backfill-id", "jan"];
    await commandLine([...backfill, "--dataset", "orders"], engine);
    await commandLine(["run", orders, "--backfill", "-5..10", "--slices", "3"], engine);
    await commandLine(["run", orders, "--refresh"], engine);
    expect(engine.asked).toEqual([
      expect.objectContaining({
        dataset: "orders",
        range: { lo: "2026-01-01", hi: "2026-02-01", every: "12 hours" },
        backfillId: "jan",
      }),
      expect.objectContaining({ range: { lo: "-5", hi: "10", slices: 3 } }),
      expect.objectContaining({ refresh: true }),
    ]);
  });

  test("prints a table and where the records are; what happened on the way goes to standard error", async () => {
    const { out, err } = await commandLine(["run", orders], recordedEngine());
    expect(out).toContain(
      "dataset  outcome    rows read  bytes  files  time  rows/s  checks passed  rules  Delta version  peak memory",
    );
    expect(out).toContain(
      "flights  committed  1,000,000  10 MB      0  11 s  90,909         1 of 1      –              0       210 MB",
    );
    expect(out).toContain("Landed 1,000,000 rows in 11 s: 999,000 inserted, 1,000 updated.");
    expect(out).toContain(`${recordedManifest.runId}/report.html`);
    expect(err).toContain("flights: plan done in 190 ms");
    expect(err).toContain("of 1,000,000 (");
  });

  test("--json prints the manifest and nothing else", async () => {
    const { out, err } = await commandLine(["run", orders, "--json"], recordedEngine());
    expect(JSON.parse(out)).toEqual(recordedManifest);
    expect(err).toBe("");
  });

  test("a run that failed exits with the code of its failure's category and says it in words", async () => {
    const engine = recordedEngine({ runPipeline: async () => failedManifest });
    const { code, out, err } = await commandLine(["run", orders], engine);
    expect(code).toBe(6);
    expect(out).toContain("Failed after 11 s: flights.");
    expect(err).toContain('flights: isComplete("ORIGIN") failed');
    const json = await commandLine(["run", orders, "--json"], engine);
    expect(json.code).toBe(6);
    expect(JSON.parse(json.out)).toEqual(failedManifest);
  });

  test("a run that was stopped says so, in one sentence", async () => {
    const datasets = failedManifest.datasets.map((result) => ({
      ...result,
      failure: { code: "ABORTED", category: "aborted", message: "Aborted.", stage: null, retryable: false },
    }));
    const engine = recordedEngine({ runPipeline: async () => ({ ...failedManifest, datasets }) });
    const { code, out, err } = await commandLine(["run", orders], engine);
    expect(code).toBe(130);
    expect(out).toContain("Stopped after 11 s. Nothing of what was under way is visible");
    expect(err).toBe("");
  });

  test("Ctrl-C reaches the engine, which ends as it must, and the command exits with 130", async () => {
    const engine = recordedEngine({
      runPipeline: async (_, { signal }) => {
        process.emit("SIGINT");
        await Promise.resolve();
        throw coreError("ABORTED", signal?.aborted ? "The query was cancelled." : "The signal did not arrive.");
      },
    });
    const { code, err } = await commandLine(["run", orders], engine);
    expect(code).toBe(130);
    expect(err).toContain("nothing unfinished becomes visible");
    expect(err).toContain("The query was cancelled.");
    expect(process.listenerCount("SIGINT")).toBe(0);
  });
});

describe("errors", () => {
  const failing = (error: unknown) =>
    recordedEngine({
      runPipeline: async () => {
        throw error;
      },
    });

  test.each([
    ["SECRET_NOT_FOUND", 3],
    ["RETRIES_EXHAUSTED", 4],
    ["SCHEMA_DRIFT", 5],
    ["DEFINITION_INVALID", 2],
  ] as const)("%s ends with %d", async (code, expected) => {
    const ended = await commandLine(["run", orders], failing(coreError(code, "What, where, what to do.")));
    expect(ended.code).toBe(expected);
    expect(ended.err).toContain(`error ${code}\nWhat, where, what to do.\n`);
  });

  test("as JSON are one document with code, category and message", async () => {
    const ended = await commandLine(["run", orders, "--json"], failing(coreError("SCHEMA_DRIFT", "A column is gone.")));
    expect(JSON.parse(ended.out)).toEqual({
      error: { code: "SCHEMA_DRIFT", category: "data", message: "A column is gone." },
    });
    expect(ended.err).toBe("");
  });

  test("show their causes only when asked, and never a signed address or a token", async () => {
    const cause = new Error('GET https://store.example.com/chunk?sig=s3cr3t failed, token="s3cr3t"');
    const error = coreError("RETRIES_EXHAUSTED", "Gave up.", { cause });
    const quiet = await commandLine(["run", orders], failing(error));
    expect(quiet.err).not.toContain("because");
    const loud = await commandLine(["run", orders, "--verbose"], failing(error));
    expect(loud.err).toContain("because Error: GET https://store.example.com/chunk?… failed");
    expect(loud.err).not.toContain("s3cr3t");
  });

  test("of no known kind are ours: 1, without a stack", async () => {
    const ended = await commandLine(["run", orders], failing(new TypeError("x is not a function")));
    expect(ended.code).toBe(1);
    expect(ended.err).toContain("INTERNAL");
    expect(ended.err).not.toMatch(/\n\s+at /);
  });

  test("of another copy of the core package are known by their shape", async () => {
    const foreign = Object.assign(new Error("Held by another run."), {
      name: "SnowmeltError",
      code: "DATASET_BUSY",
      category: "conflict",
    });
    expect((await commandLine(["run", orders], failing(foreign))).code).toBe(8);
  });

  test("cannot move the cursor", async () => {
    const ended = await commandLine(
      ["run", orders],
      failing(coreError("SCHEMA_DRIFT", "column \u001b[2J\u0007 is gone")),
    );
    expect(ended.err).toContain("column \\u001b[2J\\u0007 is gone");
  });
});

describe("local", () => {
  test.each([
    ["the Snowflake", ["--sample"], { kind: "server", sample: true }],
    ["both", ["--aws"], { kind: "stack", sample: false, awsPort: 4566, services: ["ministack"] }],
    [
      "both with SageMaker",
      ["--sagemaker", "--aws-port", "0"],
      { kind: "stack", sample: false, awsPort: 0, services: ["ministack", "moto"] },
    ],
  ])("passes its options on to %s and prints what is said", async (_, argv, expected) => {
    const asked: unknown[] = [];
    const { code, out, err } = await commandLine(["local", "--port", "0", "--data", "here", "--json", ...argv], {
      cwd: "/project",
      loadLocal: async () => ({
        async runLocalServer({ print, printProgress, ...options }) {
          asked.push({ kind: "server", ...options });
          printProgress?.("loading");
          print?.('{"port":1}\n');
        },
        async runLocalStack({ print, ...options }) {
          asked.push({ kind: "stack", ...options });
          print?.('{"port":1}\n');
        },
      }),
    });
    expect([code, out, err]).toEqual([0, '{"port":1}\n', ""]);
    expect(asked).toEqual([expect.objectContaining({ port: 0, dataDir: "/project/here", json: true, ...expected })]);
  });
});
