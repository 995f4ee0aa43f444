import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { definePipeline, definePlatform, type PlatformInput } from "@snowmelt/core/definition";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunManifest } from "../../src/index.ts";
import { accountsPipeline, createAccounts } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { createStage, openS3Landscape, type S3Landscape } from "../s3-landscape.ts";

let land: S3Landscape;
beforeAll(async () => {
  land = await openS3Landscape({ stage: true });
  await fetch(`${land.aws.endpoint}/another-lake`, { method: "PUT" });
  await createStage(land, "s3://another-lake/lake/", "ELSEWHERE");
}, 240_000);
afterAll(() => land?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await emptyLake(land);
  await createAccounts(land, 100);
});

type Lake = PlatformInput["environments"][string]["lake"];

/** The accounts, in a lake that is described otherwise. */
function accountsIn(lake: Lake) {
  const pipeline = accountsPipeline(land, { quarantines: false });
  const { local } = pipeline.platform.environments;
  if (!local) throw new Error("no environment");
  const platform = definePlatform({ ...pipeline.platform, environments: { local: { ...local, lake } } });
  return definePipeline({ ...pipeline, platform });
}

const failureOf = ({ datasets }: RunManifest) => datasets[0]?.failure;

async function objects(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of land.store.list("")) keys.push(key);
  return keys;
}

/** Keys of a bucket of the emulator, asked without our own client; undefined where there is no such bucket. */
async function keysOf(bucket: string): Promise<string[] | undefined> {
  const answer = await fetch(`${land.aws.endpoint}/${bucket}?list-type=2`);
  if (answer.status === 404) return undefined;
  return [...(await answer.text()).matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
}

describe("a run whose lake cannot be used fails, and nothing is visible", { timeout: 120_000 }, () => {
  const root = "s3://snowmelt-lake/lake";

  test.each([
    [{ root: "s3://no-such-bucket/lake" }, "STORE_BUCKET_MISSING", /no-such-bucket/],
    [
      { root, stage: "AVIATION.PUBLIC.ELSEWHERE" },
      "STAGE_MISMATCH",
      /s3:\/\/another-lake\/lake\/.*s3:\/\/snowmelt-lake\/lake/,
    ],
    [{ root, stage: "AVIATION.PUBLIC.MISSING" }, "OBJECT_NOT_FOUND", /MISSING/],
  ] satisfies readonly (readonly [Lake, string, RegExp])[])("%j: %s", async (lake, code, message) => {
    const failure = failureOf(await land.run(accountsIn(lake)));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await keysOf("no-such-bucket")).toBeUndefined();
    expect(await keysOf("another-lake")).toEqual([]);
    expect(await keysOf("snowmelt-lake")).toEqual([]);
  });

  test("a bucket of another is found out before anything is in it, or in the one that the stage points to", async () => {
    const lake: Lake = { root: "s3://another-lake/lake", stage: "AVIATION.PUBLIC.LAKE" };
    expect(failureOf(await land.run(accountsIn(lake)))).toMatchObject({ code: "STAGE_MISMATCH" });
    expect(await keysOf("another-lake")).toEqual([]);
    expect(await keysOf("snowmelt-lake")).toEqual([]);
  });

  const answers = [
    [403, "AccessDenied", "not authorized to perform: s3:PutObject", "STORE_ACCESS_DENIED", "credentials"],
    [403, "AccessDenied", "not authorized to perform: kms:GenerateDataKey", "STORE_KMS_REFUSED", "credentials"],
    [400, "ExpiredToken", "The provided token has expired.", "STORE_CREDENTIALS_EXPIRED", "credentials"],
    [403, "InvalidAccessKeyId", "The key does not exist in our records.", "STORE_CREDENTIALS_INVALID", "credentials"],
    [301, "PermanentRedirect", "The bucket is in another region.", "STORE_REGION_WRONG", "definition"],
  ] as const;

  test.each(answers)("S3 says %i %s (%s)", async (status, s3Code, message, code, category) => {
    await using refusing = await openRefusal(status, s3Code, message);
    const manifest = await land.run(accountsPipeline(land, { quarantines: false, route: "stream" }), {
      lake: { ...land.access, s3Endpoint: refusing.endpoint },
    });
    expect(manifest.status).toBe("failed");
    expect(failureOf(manifest)).toMatchObject({ code, category });
    expect(refusing.lines.length).toBeGreaterThan(0);
    expect(
      refusing.lines.filter((line) => /^(PUT|POST)/.test(line)),
      "written where it was refused",
    ).toEqual([]);
    expect(await keysOf("snowmelt-lake"), "written past it").toEqual([]);
  });
});

test("a table that someone else has changed stops the run before anything is landed", {
  timeout: 120_000,
}, async () => {
  const pipeline = accountsPipeline(land, { quarantines: false });
  await land.run(pipeline);
  const entry = "raw/accounts/_delta_log/00000000000000000001.json";
  const metaData = {
    id: "someone-else",
    format: { provider: "parquet", options: {} },
    schemaString: JSON.stringify({
      type: "struct",
      fields: [{ name: "ID", type: "string", nullable: true, metadata: {} }],
    }),
    partitionColumns: [],
    configuration: {},
    createdTime: 0,
  };
  await land.store.put(entry, new TextEncoder().encode(`${JSON.stringify({ metaData })}\n`));
  const before = await objects();
  await rm(join(land.directory, "state"), { recursive: true });
  expect(failureOf(await land.run(pipeline))).toMatchObject({
    code: "SCHEMA_MISMATCH",
    message: expect.stringContaining("s3://snowmelt-lake/lake/raw/accounts"),
  });
  expect(await objects()).toEqual(before);
});

/** An S3 that answers every request so, as AWS documents the answer. The emulator never does. */
async function openRefusal(status: number, code: string, message: string) {
  const lines: string[] = [];
  const server = createServer((incoming, outgoing) => {
    lines.push(`${incoming.method} ${incoming.url}`);
    incoming.resume();
    outgoing.writeHead(status, { "content-type": "application/xml", "x-amz-bucket-region": "eu-west-3" });
    outgoing.end(
      incoming.method === "HEAD"
        ? undefined
        : `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    lines,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
