import { createServer } from "node:http";
import {
  dataset,
  definePipeline,
  definePlatform,
  delta,
  full,
  password,
  secret,
  slack,
  table,
} from "@snowmelt/core/definition";
import { sourceTable } from "@snowmelt/core/types";
import { openS3Store } from "@snowmelt/lake/s3";
import { ensureBucket, openAwsEmulators } from "@snowmelt/local/aws";
import { planEngineTable } from "@snowmelt/pipeline/aws";
import { writeRelease } from "@snowmelt/pipeline/release";

const bucket = "state";
const table_ = "engine";

export interface AwsWorld extends AsyncDisposable {
  /** `service.Operation` of a service that speaks JSON, as the account's root. */
  ask(target: string, input: object): Promise<Record<string, unknown>>;
  /** Bodies and attributes of what a queue holds. */
  messages(queue: string): Promise<readonly { readonly body: string; readonly reasonCode: string | undefined }[]>;
  readonly posted: readonly { readonly path: string; readonly body: string }[];
  /** Paths that answer 503. */
  readonly broken: Set<string>;
  readonly state: ReturnType<typeof openS3Store>;
  readonly table: string;
}

/** An account with what the functions of alerts need, their variables in this process's environment, and receivers of messages. */
export async function openAwsWorld(): Promise<AwsWorld> {
  const stack = new AsyncDisposableStack();
  const aws = stack.use(await openAwsEmulators());
  const { endpoint, region, credentials, accountId } = aws;
  const { url, posted, broken } = await openReceiver(stack);
  const ask: AwsWorld["ask"] = async (target, input) => {
    const [service = ""] = target.split(".");
    const [scope, version] = scopes[service] ?? ["", "1.1"];
    const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/${region}/${scope}/aws4_request, SignedHeaders=host, Signature=0`;
    const headers = { authorization, "content-type": `application/x-amz-json-${version}`, "x-amz-target": target };
    const response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(input) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${target} answered ${response.status}: ${text.slice(0, 300)}`);
    return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
  };
  const { DeletionProtectionEnabled: _, SSESpecification: __, ...create } = planEngineTable(table_).create;
  await ask("DynamoDB_20120810.CreateTable", create);
  await ensureBucket(aws, bucket);
  for (const QueueName of ["alerts", "alerts-dead"]) await ask("AmazonSQS.CreateQueue", { QueueName });
  const SecretString = JSON.stringify({ team: `${url}/team`, boss: `${url}/boss` });
  await ask("secretsmanager.CreateSecret", { Name: "channels", SecretString });
  const queueUrl = (name: string): string => `${endpoint}/${accountId}/${name}`;
  Object.assign(process.env, aws.env, {
    SNOWMELT_ENVIRONMENT: "prod",
    STATE_TABLE: table_,
    STATE_ROOT: `s3://${bucket}`,
    QUEUE_URLS: JSON.stringify({ alerts: queueUrl("alerts") }),
    DEAD_LETTER_QUEUE_URL: queueUrl("alerts-dead"),
    EVENT_BUS: "default",
    ACCOUNT_ID: accountId,
    ALERT_CHANNELS: JSON.stringify(channels),
    SNOWFLAKE_CONNECTION: JSON.stringify({ account: "A", username: "U" }),
  });
  const state = openS3Store({ bucket, endpoint, region, credentials });
  await writeRelease(state, "prod", [pipeline]);
  return {
    ask,
    posted,
    broken,
    state,
    table: table_,
    async messages(queue) {
      const input = {
        QueueUrl: queueUrl(queue),
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ["All"],
      };
      const { Messages = [] } = (await ask("AmazonSQS.ReceiveMessage", input)) as { Messages?: readonly SqsMessage[] };
      return Messages.map(({ Body, MessageAttributes }) => ({
        body: Body,
        reasonCode: MessageAttributes?.reasonCode?.StringValue,
      }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

interface SqsMessage {
  readonly Body: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue?: string }>>;
}

const scopes: Readonly<Record<string, readonly [scope: string, version: string]>> = {
  DynamoDB_20120810: ["dynamodb", "1.0"],
  AmazonSQS: ["sqs", "1.0"],
  secretsmanager: ["secretsmanager", "1.1"],
};

const channels = {
  team: slack({ url: secret("aws:channels#team") }),
  boss: slack({ url: secret("aws:channels#boss") }),
};

const source = table(
  sourceTable({ kind: "table", database: "D", schema: "S", name: "T", columns: [["ID", "NUMBER(9,0) NOT NULL"]] }),
);
const pipeline = definePipeline({
  apiVersion: 1,
  name: "flights",
  platform: definePlatform({
    name: "air",
    environments: {
      prod: {
        snowflake: { account: "A", user: "U", auth: password(secret("env:P")) },
        lake: { root: "s3://lake" },
      },
    },
    alerts: { channels, escalation: [{ channels: ["team"] }, { after: "5 minutes", channels: ["boss"] }] },
  }),
  datasets: { airports: dataset({ source, sync: full(), land: delta() }) },
  sla: { freshness: "1 hour", duration: "30 minutes" },
});

async function openReceiver(stack: AsyncDisposableStack) {
  const posted: { path: string; body: string }[] = [];
  const broken = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "/";
      posted.push({ path, body: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(broken.has(path) ? 503 : 200).end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return { url: `http://127.0.0.1:${address.port}`, posted, broken };
}
