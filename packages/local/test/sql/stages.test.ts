import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

const ROLE = "arn:aws:iam::123456789012:role/snowflake";
const INTEGRATION = `TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_AWS_ROLE_ARN = '${ROLE}'
  STORAGE_ALLOWED_LOCATIONS = ('s3://lake/raw/') STORAGE_BLOCKED_LOCATIONS = ('s3://lake/raw/secret/')`;
const COPY = "FILE_FORMAT = (TYPE = PARQUET)";

let test: TestEngine;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "snowmelt-stages-"));
  test = await openTestEngine();
  await test.run(`CREATE STORAGE INTEGRATION LAKE ${INTEGRATION}`);
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const byName = async (sql: string, name: number, value: number) =>
  Object.fromEntries((await test.rows(sql)).map((row) => [row[name], row[value]]));

describe("a storage integration", () => {
  it("tells whom the role must trust", async () => {
    const described = await byName("DESC INTEGRATION LAKE", 0, 2);
    expect(described).toMatchObject({
      ENABLED: "true",
      STORAGE_ALLOWED_LOCATIONS: "s3://lake/raw/",
      STORAGE_BLOCKED_LOCATIONS: "s3://lake/raw/secret/",
      STORAGE_AWS_ROLE_ARN: ROLE,
    });
    expect(described.STORAGE_AWS_IAM_USER_ARN).toMatch(/^arn:aws:iam::\d{12}:user\//);
    expect(described.STORAGE_AWS_EXTERNAL_ID).toMatch(/_SFCRole=/);
    expect((await test.rows("SHOW STORAGE INTEGRATIONS"))[0]?.slice(0, 4)).toEqual([
      "LAKE",
      "EXTERNAL_STAGE",
      "STORAGE",
      "true",
    ]);
  });

  it.each([
    ["CREATE STORAGE INTEGRATION BAD TYPE = EXTERNAL_STAGE ENABLED = TRUE", "STORAGE_PROVIDER"],
    [`CREATE STORAGE INTEGRATION BAD ${INTEGRATION.replace("123456789012", "1")}`, "ARN of a role"],
    [`CREATE STORAGE INTEGRATION LAKE ${INTEGRATION}`, "already exists"],
    ["ALTER STORAGE INTEGRATION NOPE SET ENABLED = TRUE", "Integration 'NOPE' does not exist or not authorized."],
    ["DESC STORAGE INTEGRATION NOPE", "Integration 'NOPE' does not exist"],
  ])("%s is refused", async (sql, message) => {
    expect((await test.failure(sql)).message).toContain(message);
  });
});

describe("a stage", () => {
  it("is described and shown with where it points and how it encrypts", async () => {
    await test.run(`CREATE STAGE S3_FILES URL = 's3://lake/raw/flights' STORAGE_INTEGRATION = LAKE
      ENCRYPTION = (TYPE = 'AWS_SSE_KMS' KMS_KEY_ID = 'arn:aws:kms:eu-west-1:1:key/k') FILE_FORMAT = (TYPE = PARQUET) COMMENT = 'c'`);
    expect(await byName("DESCRIBE STAGE S3_FILES", 1, 3)).toMatchObject({
      URL: '["s3://lake/raw/flights/"]',
      STORAGE_INTEGRATION: "LAKE",
      ENCRYPTION_TYPE: "AWS_SSE_KMS",
      KMS_KEY_ID: "arn:aws:kms:eu-west-1:1:key/k",
      TYPE: "PARQUET",
    });
    const [shown] = await test.rows("SHOW STAGES LIKE 's3%'");
    expect(shown?.slice(1, 5)).toEqual(["S3_FILES", "DB", "PUBLIC", "s3://lake/raw/flights/"]);
    expect(shown?.slice(10, 14)).toEqual(["EXTERNAL", "AWS", null, "LAKE"]);
  });

  it.each([
    [
      "CREATE STAGE BAD URL = 's3://other/raw/' STORAGE_INTEGRATION = LAKE",
      "003127",
      "is not allowed by integration 'LAKE'",
    ],
    ["CREATE STAGE BAD URL = 's3://lake/rawer/' STORAGE_INTEGRATION = LAKE", "003127", "is not allowed"],
    ["CREATE STAGE BAD URL = 's3://lake/raw/secret/x/' STORAGE_INTEGRATION = LAKE", "003127", "is not allowed"],
    [
      "CREATE STAGE BAD URL = 's3://lake/raw/' STORAGE_INTEGRATION = NOPE",
      "002003",
      "Integration 'NOPE' does not exist",
    ],
    ["CREATE STAGE BAD URL = 's3://lake/raw/'", "000002", "without a STORAGE_INTEGRATION"],
    [
      "CREATE STAGE BAD URL = 's3://lake/' CREDENTIALS = (AWS_KEY_ID = 'a' AWS_SECRET_KEY = 'b')",
      "000002",
      "CREDENTIALS",
    ],
    ["CREATE STAGE BAD URL = 'gcs://lake/'", "001012", "invalid URL prefix"],
    ["CREATE STAGE BAD ENCRYPTION = (TYPE = 'AWS_SSE_S3')", "001422", "internal stage"],
    ["DROP STAGE NOPE", "002003", "Stage 'DB.PUBLIC.NOPE' does not exist or not authorized."],
    ["LIST @NOPE", "002003", "Stage 'DB.PUBLIC.NOPE'"],
    [`COPY INTO @S3_FILES/x/ FROM (SELECT 1) ${COPY}`, "091003", "no access to S3"],
    [`COPY INTO 's3://lake/raw/' FROM (SELECT 1) ${COPY}`, "000002", "named stage"],
    [`COPY INTO @~/x/ FROM (SELECT 1) ${COPY}`, "000002", "own stage"],
  ])("%s is refused with %s", async (sql, code, message) => {
    const failure = await test.failure(sql);
    expect(failure.message).toContain(message);
    expect(failure.code).toBe(code);
  });

  it("whose integration was narrowed or disabled since is refused when it is used", async () => {
    await test.run(
      `CREATE STORAGE INTEGRATION FOLDERS ${INTEGRATION.replace("s3://lake/raw/'", `file://${folder}/'`)}`,
    );
    await test.run(`CREATE STAGE HERE URL = 'file://${folder}/here/' STORAGE_INTEGRATION = FOLDERS`);
    const copy = `COPY INTO @HERE/x/ FROM (SELECT 1 AS A) ${COPY} INCLUDE_QUERY_ID = TRUE`;
    await test.run(
      copy,
      `ALTER STORAGE INTEGRATION FOLDERS SET STORAGE_BLOCKED_LOCATIONS = ('file://${folder}/here/x/')`,
    );
    expect((await test.failure(copy)).code).toBe("003127");
    await test.run(
      "ALTER STORAGE INTEGRATION FOLDERS UNSET STORAGE_BLOCKED_LOCATIONS",
      copy,
      "ALTER STORAGE INTEGRATION FOLDERS SET ENABLED = FALSE",
    );
    expect((await test.failure(copy)).message).toContain("is not enabled");
  });

  it("that is internal lists, removes and drops its files", async () => {
    await test.run("CREATE STAGE Inner_Files", `COPY INTO @Inner_Files/a/ FROM (SELECT 1 AS A) ${COPY}`);
    await test.run(`COPY INTO '@INNER_FILES/b c/' FROM (SELECT 1 AS A) ${COPY}`);
    const names = async (sql: string) => (await test.rows(sql)).map(([name]) => name);
    const [first = "", second = ""] = [
      "inner_files/a/data_0_0_0.snappy.parquet",
      "inner_files/b c/data_0_0_0.snappy.parquet",
    ];
    expect(await names("LIST @INNER_FILES")).toEqual([first, second]);
    expect(await names("LS @INNER_FILES PATTERN = '.*c/.*'")).toEqual([second]);
    expect((await test.rows("LIST @INNER_FILES/a"))[0]?.slice(1)).toEqual([
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/ GMT$/),
    ]);
    expect(await test.rows("REMOVE @INNER_FILES/a/")).toEqual([[first, "removed"]]);
    await test.run("ALTER STAGE INNER_FILES RENAME TO KEPT_FILES");
    expect(await names("LIST @KEPT_FILES")).toEqual([second.replace("inner", "kept")]);
    await test.run("CREATE OR REPLACE STAGE KEPT_FILES");
    expect(await names("LIST @KEPT_FILES")).toEqual([]);
  });

  it("has a name of its own beside a table's, quoted or not, and goes with its schema", async () => {
    await test.run(
      "CREATE SCHEMA OTHER",
      'CREATE STAGE DB.OTHER."odd Name"',
      'CREATE TABLE DB.OTHER."odd Name" (A INT)',
    );
    await test.run(`COPY INTO @DB.OTHER."odd Name"/x/ FROM (SELECT 1 AS A) ${COPY}`);
    expect(await test.rows('LIST @DB.OTHER."odd Name"/x/')).toHaveLength(1);
    await test.run("DROP SCHEMA DB.OTHER", "USE SCHEMA DB.PUBLIC");
    expect((await test.rows("SHOW STAGES IN ACCOUNT")).map(([, name]) => name)).not.toContain("odd Name");
  });
});

it("obeys the parameters that forbid unloading", async () => {
  const session = (name: string) => ({ ...test.session, parameters: new Map([[name, "true"]]) });
  const inline = await test.failure(`COPY INTO 's3://lake/raw/' FROM (SELECT 1) ${COPY}`, {
    session: session("PREVENT_UNLOAD_TO_INLINE_URL"),
  });
  expect(inline.message).toContain("PREVENT_UNLOAD_TO_INLINE_URL");
  await test.run("CREATE STAGE FORBIDDEN");
  const inner = await test.failure(`COPY INTO @FORBIDDEN FROM (SELECT 1) ${COPY}`, {
    session: session("PREVENT_UNLOAD_TO_INTERNAL_STAGES"),
  });
  expect(inner.message).toContain("PREVENT_UNLOAD_TO_INTERNAL_STAGES");
});
