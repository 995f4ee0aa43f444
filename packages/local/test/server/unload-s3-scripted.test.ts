import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { expect, it, type TestContext } from "vitest";
import { startLocalSnowflake } from "../../src/index.ts";
import { connect, execute, query } from "./driver.ts";

const COPY = `COPY INTO @FILES/n/ FROM (SELECT 1 AS A) FILE_FORMAT = (TYPE = PARQUET) INCLUDE_QUERY_ID = TRUE`;

/** A Snowflake whose S3 answers uploads as told: what an emulator never says. */
async function open(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const uploads: string[] = [];
  const s3 = createServer((request, response) => {
    if (request.method === "PUT") uploads.push(request.url ?? "");
    request.resume();
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(s3, "listening");
  const address = s3.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const server = await startLocalSnowflake({
    inProcess: true,
    s3: { endpoint: `http://127.0.0.1:${port}`, region: "eu-west-1", accessKeyId: "id", secretAccessKey: "secret" },
  });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    s3.closeAllConnections();
    s3.close();
  });
  const connection = await connect(server);
  for (const sqlText of [
    "CREATE DATABASE E2E",
    `CREATE STORAGE INTEGRATION LAKE TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE
       STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::000000000000:role/r' STORAGE_ALLOWED_LOCATIONS = ('*')`,
    "CREATE STAGE FILES URL = 's3://lake/raw/' STORAGE_INTEGRATION = LAKE",
  ])
    await query(connection, sqlText);
  return { connection, uploads };
}

const refusal = (code: string, message: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

it.for([
  [403, "AccessDenied", "Access Denied"],
  [400, "ExpiredToken", "The provided token has expired."],
  [301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint."],
] as const)("tells of %i %s as Snowflake does, and no secret", async ([status, code, message], context) => {
  const { connection } = await open(context, (_, response) => {
    response.writeHead(status, { "Content-Type": "application/xml" }).end(refusal(code, message));
  });
  const error = await query(connection, COPY).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "091003", message: expect.stringContaining("Failure using stage area") });
  expect(String(error)).toContain(`Status Code: ${status}; Error Code: ${code}`);
  expect(JSON.stringify(error) + String(error)).not.toContain("secret");
});

it("ends an upload that hangs when the COPY is cancelled", async (context) => {
  const { connection, uploads } = await open(context, () => {});
  const submitted = await execute(connection, { sqlText: COPY, asyncExec: true });
  await expect.poll(() => uploads.length, { timeout: 20_000 }).toBe(1);
  await new Promise((resolve) => submitted.cancel(resolve as never));
  await expect.poll(() => connection.getQueryStatus(submitted.getQueryId())).toBe("ABORTED");
});
