import { manualClock } from "@snowmelt/core/ports";
import {
  awsFailure,
  type GlueCatalog,
  type GlueScript,
  memoryGlue,
  openGlue,
  patientCatalog,
  syncCatalogTable,
  syncPartitions,
} from "@snowmelt/lake/glue";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { askGlue } from "./ask-aws.ts";
import { catalogContract, DATABASE, deltaPlan, field, parquetPlan, partition } from "./catalog-contract.ts";

/** A catalog in memory behind our patience, whose waits take no time. */
function scripted(script: Partial<GlueScript> = {}) {
  const memory = memoryGlue({ databases: [DATABASE], ...script });
  return { asked: memory.asked, glue: patientCatalog(memory, { clock: manualClock() }) };
}

describe("the catalog in memory", () => {
  for (const { name, run } of catalogContract(async () => scripted().glue)) test(name, run);
});

describe.each([
  ["ministack", { versions: true, batchDelete: false }],
  ["moto", { versions: false, batchDelete: true }],
] as const)("the catalog of %s", (service, abilities) => {
  let aws: AwsEmulators;
  beforeAll(async () => {
    aws = await openAwsEmulators({ services: [service] });
  });
  afterAll(() => aws[Symbol.asyncDispose]());

  const open = async (): Promise<GlueCatalog> => {
    await aws.reset();
    await askGlue(aws, "CreateDatabase", { DatabaseInput: { Name: DATABASE } });
    const glue = openGlue(aws);
    onTestFinished(() => glue[Symbol.dispose]());
    return glue;
  };
  for (const { name, run } of catalogContract(open, abilities)) test(name, run);
});

describe("a table that others change at the same time", () => {
  const clock = manualClock();

  test("a change between reading and writing begins it again from what stands there", async () => {
    let meddle = true;
    const { glue, asked } = scripted({
      before: async (operation) => {
        if (operation !== "updateTable" || !meddle) return;
        meddle = false;
        const { Table } = await glue.getTable({ DatabaseName: DATABASE, Name: "flights" });
        const { Name = "", Parameters = {}, StorageDescriptor = {}, TableType = "" } = Table ?? {};
        const TableInput = { Name, TableType, StorageDescriptor, Parameters: { ...Parameters, theirs: "1" } };
        await glue.updateTable({ DatabaseName: DATABASE, TableInput });
      },
    });
    await syncCatalogTable(glue, deltaPlan());
    const wider = deltaPlan({ fields: [field("ID", "long"), field("NAME"), field("NEW")] });
    expect(await syncCatalogTable(glue, wider, { clock })).toEqual({ status: "updated", droppedColumns: [] });
    const { Table } = await glue.getTable({ DatabaseName: DATABASE, Name: "flights" });
    expect(Table?.Parameters).toMatchObject({ theirs: "1" });
    expect(Table?.StorageDescriptor?.Columns).toHaveLength(3);
    expect(asked.filter((operation) => operation === "updateTable")).toHaveLength(3);
  });

  test("a table that someone drops or makes meanwhile is looked at again", async () => {
    const failures = [awsFailure("EntityNotFoundException")];
    const { glue } = scripted({
      before: (operation) => {
        const failure = operation === "updateTable" ? failures.pop() : undefined;
        if (failure) throw failure;
      },
    });
    await syncCatalogTable(glue, deltaPlan());
    const wider = deltaPlan({ fields: [field("ID", "long")] });
    expect(await syncCatalogTable(glue, wider, { clock })).toMatchObject({ status: "updated" });
  });

  test("one that never rests is given up, saying so", async () => {
    const { glue } = scripted({
      before: (operation) => {
        if (operation === "updateTable") throw awsFailure("ConcurrentModificationException");
      },
    });
    await syncCatalogTable(glue, deltaPlan());
    const wider = deltaPlan({ fields: [field("ID", "long")] });
    await expect(syncCatalogTable(glue, wider, { clock })).rejects.toMatchObject({
      code: "RETRIES_EXHAUSTED",
      message: expect.stringContaining("make the Glue table raw.flights equal to the lake's after 10 attempts"),
    });
  });

  test("updates say the version that was read and make no archive", async () => {
    const inputs: object[] = [];
    const { glue } = scripted({
      before: (operation, input) => void (operation === "updateTable" && inputs.push(input)),
    });
    await syncCatalogTable(glue, deltaPlan());
    await syncCatalogTable(glue, deltaPlan({ fields: [field("ID", "long")] }));
    expect(inputs).toEqual([expect.objectContaining({ VersionId: "0", SkipArchive: true })]);
  });
});

describe("a Glue that has a bad day", () => {
  test("throttling is waited out, in the call that meets it", async () => {
    const failures = ["ThrottlingException", "OperationTimeoutException", "InternalServiceException"];
    const { glue, asked } = scripted({
      before: () => {
        const name = failures.pop();
        if (name !== undefined) throw awsFailure(name, name, name === "ThrottlingException" ? 400 : 500);
      },
    });
    expect(await syncCatalogTable(glue, deltaPlan())).toEqual({ status: "created" });
    expect(asked).toEqual(["getTable", "getTable", "getTable", "getTable", "createTable"]);
  });

  test("an answer that was lost after the work was done does it no second time", async () => {
    let lose = true;
    const { glue } = scripted({
      after: (operation) => {
        if (!lose || !/create|update/i.test(operation)) return;
        lose = false;
        throw awsFailure("InternalServiceException", "lost", 500);
      },
    });
    const clock = manualClock();
    expect(await syncCatalogTable(glue, parquetPlan(), { clock })).toEqual({ status: "unchanged" });
    lose = true;
    const put = [partition("1"), partition("2")];
    expect(await syncPartitions(glue, parquetPlan(), { put }, { clock })).toEqual({
      created: 0,
      updated: 0,
      deleted: 0,
      unchanged: 2,
    });
  });

  test.each([
    ["AccessDeniedException", "GLUE_ACCESS_DENIED", "credentials"],
    ["ExpiredTokenException", "GLUE_CREDENTIALS_INVALID", "credentials"],
    ["UnrecognizedClientException", "GLUE_CREDENTIALS_INVALID", "credentials"],
    ["InvalidInputException", "GLUE_REFUSED", "storage"],
    ["ResourceNumberLimitExceededException", "GLUE_LIMIT_REACHED", "storage"],
  ])("%s is told at once, with the table and what to do", async (name, code, category) => {
    const { glue, asked } = scripted({
      before: () => {
        throw awsFailure(name, "User is not authorized");
      },
    });
    await expect(syncCatalogTable(glue, deltaPlan())).rejects.toMatchObject({
      code,
      category,
      message: expect.stringContaining(`Glue could not read the table raw.flights: ${name}: User is not authorized`),
    });
    expect(asked).toHaveLength(1);
  });

  test("one that is never there is given up after 8 tries, and tried no more by those above", async () => {
    const { glue, asked } = scripted({
      before: () => {
        throw awsFailure("InternalServiceException", "down", 500);
      },
    });
    await expect(syncCatalogTable(glue, deltaPlan())).rejects.toMatchObject({
      code: "GLUE_UNAVAILABLE",
      retryable: false,
      message: expect.stringContaining("Tried 8 times"),
    });
    expect(asked).toHaveLength(8);
  });

  test("an endpoint that sends in the clear is refused", () => {
    expect(() => openGlue({ endpoint: "http://glue.example.com" })).toThrow(/in the clear/);
    expect(() => openGlue({ endpoint: "nonsense" })).toThrow(/Expected a URL/);
  });

  test("an endpoint in the clear that the environment names is refused by each call", async () => {
    using glue = openGlue({ region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } });
    process.env.AWS_ENDPOINT_URL = "http://glue.example.com";
    onTestFinished(() => void delete process.env.AWS_ENDPOINT_URL);
    await expect(glue.getTable({ DatabaseName: "d", Name: "t" })).rejects.toThrow(/in the clear/);
  });
});

describe("partitions", () => {
  const clock = manualClock();
  const withTable = async (script: Partial<GlueScript> = {}) => {
    const opened = scripted(script);
    await syncCatalogTable(opened.glue, parquetPlan());
    opened.asked.length = 0;
    return opened;
  };

  test("those that are as they should be cause no write, and are asked for by name", async () => {
    const { glue, asked } = await withTable();
    const put = [partition("1"), partition("2")];
    await syncPartitions(glue, parquetPlan(), { put });
    asked.length = 0;
    await syncPartitions(glue, parquetPlan(), { put });
    expect(asked).toEqual(["batchGetPartition"]);
  });

  test("calls are as large as the API takes and no larger", async () => {
    const { glue, asked } = await withTable();
    const put = Array.from({ length: 250 }, (_, index) => partition(String(index)));
    await syncPartitions(glue, parquetPlan(), { put });
    await syncPartitions(glue, parquetPlan(), { put: [], remove: put.slice(0, 60).map(({ values }) => values) });
    const count = (operation: string) => asked.filter((one) => one === operation).length;
    expect([count("batchCreatePartition"), count("batchDeletePartition")]).toEqual([3, 3]);
  });

  test("every page of a long list is read before others are removed", async () => {
    const { glue } = await withTable({ pageSize: 7 });
    const put = Array.from({ length: 30 }, (_, index) => partition(String(index)));
    await syncPartitions(glue, parquetPlan(), { put });
    const kept = put.slice(28);
    expect(await syncPartitions(glue, parquetPlan(), { put: kept, remove: "others" })).toMatchObject({
      deleted: 28,
      unchanged: 2,
    });
  });

  test("keys that were left unprocessed are asked for again", async () => {
    let skip = 0;
    const { glue, asked } = await withTable({ leaveUnprocessed: () => skip-- > 0 });
    const put = [partition("1"), partition("2"), partition("3")];
    await syncPartitions(glue, parquetPlan(), { put });
    asked.length = 0;
    skip = 2;
    expect(await syncPartitions(glue, parquetPlan(), { put })).toMatchObject({ unchanged: 3 });
    expect(asked).toEqual(["batchGetPartition", "batchGetPartition"]);
  });

  test("keys that Glue will not tell are written all the same, and what it then says decides", async () => {
    let silent = true;
    const { glue } = await withTable({ leaveUnprocessed: () => silent });
    silent = false;
    await syncPartitions(glue, parquetPlan(), { put: [partition("1"), partition("2")] });
    silent = true;
    const moved = partition("1", "eu", "s3://lake/moved/");
    const restore = () => {
      silent = false;
    };
    const waiting = { nowMs: clock.nowMs, monotonicMs: clock.monotonicMs, sleep: async () => restore() };
    expect(
      await syncPartitions(glue, parquetPlan(), { put: [moved], remove: [["2", "eu"]] }, { clock: waiting }),
    ).toEqual({ created: 0, updated: 1, deleted: 1, unchanged: 0 });
  });

  test("items that fail for a moment are tried again, and only those", async () => {
    const failing = new Set(["2", "3"]);
    const { glue, asked } = await withTable({
      failItem: (_, [day = ""]) => (failing.delete(day) ? { ErrorCode: "InternalServiceException" } : undefined),
    });
    const put = ["1", "2", "3"].map((day) => partition(day));
    expect(await syncPartitions(glue, parquetPlan(), { put }, { clock })).toMatchObject({ created: 3, unchanged: 0 });
    expect(asked).toHaveLength(4);
  });

  test("items that are refused are named, each with its reason, and the others are written", async () => {
    const { glue } = await withTable({
      failItem: (_, [day]) =>
        day === "2" ? { ErrorCode: "InvalidInputException", ErrorMessage: "too long" } : undefined,
    });
    const put = ["1", "2", "3"].map((day) => partition(day));
    await expect(syncPartitions(glue, parquetPlan(), { put }, { clock })).rejects.toMatchObject({
      code: "GLUE_PARTITIONS_REFUSED",
      message: expect.stringContaining('1 partitions of raw.flights: ["2","eu"]: InvalidInputException: too long'),
    });
    const { Partitions } = await glue.getPartitions({ DatabaseName: DATABASE, TableName: "flights" });
    expect(Partitions?.map(({ Values }) => Values?.[0])).toEqual(["1", "3"]);
  });

  test.each([
    ["of a Delta table", deltaPlan(), { put: [partition("1")] }, "stand in its log"],
    [
      "with too few values",
      parquetPlan(),
      { put: [{ values: ["1"], location: "s3://b/" }] },
      "Expected values of day, region",
    ],
    ["put and removed", parquetPlan(), { put: [partition("1")], remove: [["1", "eu"]] }, "named twice"],
  ])("%s are refused before anything is asked", async (_, plan, wanted, said) => {
    const { glue, asked } = scripted();
    await expect(syncPartitions(glue, plan, wanted)).rejects.toMatchObject({
      code: "GLUE_PARTITION_INVALID",
      message: expect.stringContaining(said),
    });
    expect(asked).toEqual([]);
  });
});
