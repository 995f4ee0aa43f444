import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { type AwsEmulators, functionIdentity, openAwsEmulators } from "../../src/aws/index.ts";

const SOURCE = `
exports.handler = async (event) => {
  if (event.forEver) for (;;);
  return {
    pid: process.pid,
    node: process.version,
    greeting: "Hello " + event.name,
    endpoint: process.env.AWS_ENDPOINT_URL,
    names: Object.keys(process.env),
  };
};`;

test("a function really runs, on our Node, knows nothing of our environment, and its process ends with the emulator", async () => {
  process.env.SNOWMELT_TEST_SECRET = "not for functions";
  const aws = await openAwsEmulators();
  let pid: number;
  try {
    const role = await createRole(aws);
    await askLambda(aws, "/2015-03-31/functions", {
      FunctionName: "greet",
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: role,
      Timeout: 600,
      Code: { ZipFile: Buffer.from(zipOf("index.js", SOURCE)).toString("base64") },
    });
    const answer = await askLambda(aws, "/2015-03-31/functions/greet/invocations", { name: "snow" });
    const told = answer as { pid: number; node: string; greeting: string; endpoint: string; names: string[] };
    expect(told).toMatchObject({ greeting: "Hello snow", node: process.version });
    expect(new URL(told.endpoint).port).toBe(new URL(aws.endpoint).port);
    expect(told.names).not.toContain("SNOWMELT_TEST_SECRET");
    pid = told.pid;
    expect(isAlive(pid)).toBe(true);
    // In the same, warm process: one that is busy notices nothing of what is closed around it.
    askLambda(aws, "/2015-03-31/functions/greet/invocations", { forEver: true }).catch(() => {});
    await delay(300);
  } finally {
    await aws[Symbol.asyncDispose]();
    delete process.env.SNOWMELT_TEST_SECRET;
  }
  await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  expect(await processesAt(new URL(aws.endpoint).port)).toEqual([]);
});

test("a function has keys of its own role, which a local Snowflake can be told of before it runs", async () => {
  await using aws = await openAwsEmulators({ enforceIam: true });
  const role = await createRole(aws);
  const source =
    "exports.handler = async () => { const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env; return { accessKeyId, secretAccessKey, sessionToken }; };";
  const made = await askLambda(aws, "/2015-03-31/functions", {
    FunctionName: "extract",
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Role: role,
    Code: { ZipFile: Buffer.from(zipOf("index.js", source)).toString("base64") },
  });
  const { FunctionArn: functionArn } = made as { FunctionArn: string };
  const { arn, ...keys } = functionIdentity({ functionArn, roleArn: role });
  expect(await askLambda(aws, "/2015-03-31/functions/extract/invocations", {})).toEqual(keys);
  expect(arn).toBe(`arn:aws:sts::${aws.accountId}:assumed-role/greeter/extract`);
});

async function createRole({ endpoint, credentials }: AwsEmulators): Promise<string> {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { ...authorization(credentials.accessKeyId, "iam"), "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      Action: "CreateRole",
      Version: "2010-05-08",
      RoleName: "greeter",
      AssumeRolePolicyDocument: "{}",
    }),
  });
  const [, arn] = /<Arn>(.*?)<\/Arn>/.exec(await answer.text()) ?? [];
  return arn ?? "";
}

async function askLambda({ endpoint, credentials }: AwsEmulators, path: string, input: object): Promise<unknown> {
  const headers = { ...authorization(credentials.accessKeyId, "lambda"), "content-type": "application/json" };
  const answer = await fetch(endpoint + path, { method: "POST", headers, body: JSON.stringify(input) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

function authorization(accessKeyId: string, service: string) {
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  };
}

/** A zip of one file, stored as it is. */
function zipOf(name: string, text: string): Uint8Array {
  const body = Buffer.from(text);
  const about = Buffer.alloc(26);
  about.writeUInt16LE(20, 0);
  about.writeUInt32LE(crc32(body), 10);
  about.writeUInt32LE(body.length, 14);
  about.writeUInt32LE(body.length, 18);
  about.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), about, Buffer.from(name), body]);
  const place = Buffer.alloc(14);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), about, place, Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from("PK\x05\x06"), end]);
}

/** What still runs with an environment that names the port, where the system can tell. */
async function processesAt(port: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc").catch(() => [])) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.split("\0").includes(`GATEWAY_PORT=${port}`)) found.push(pid);
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
