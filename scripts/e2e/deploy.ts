import {
  catalogue,
  deadLettersOf,
  type FunctionName,
  type FunctionSpec,
  functionNames,
  type IamStatement,
  planQueues,
  queueNames,
  roleStatementsOf,
} from "@snowmelt/core/functions";
import { type AwsEmulators, ensureBucket } from "@snowmelt/local/aws";
import { planEngineTable } from "@snowmelt/pipeline/aws";
import { type Account, makeRole, openAccount } from "./account.ts";
import * as names from "./names.ts";

export interface Deployment {
  readonly zips: ReadonlyMap<string, Uint8Array>;
  /** Of the alert channels, as the notifier's variable has them. */
  readonly channels: object;
  /** By the names of the secrets. */
  readonly secrets: Readonly<Record<string, string>>;
  /** How the user whose key is rotated reaches Snowflake. */
  readonly rotated: object;
}

/** A killed function is waited for no longer than this: the catalogue's time would make the test as long. */
const functionSeconds = 60;
/** Too short for three million flights: they land in pieces. */
const landSeconds = 24;
/** The longest that a function lives, what clocks differ by, and what a command may wait in its queue. */
const dispatchSeconds = 180;

/** Makes in the local AWS what Terraform makes in an account, from the same catalogue. */
export async function deploy(aws: AwsEmulators, deployment: Deployment): Promise<Account> {
  const account = openAccount(aws);
  for (const bucket of [names.lakeBucket, names.stateBucket]) await ensureBucket(aws, bucket);
  const { DeletionProtectionEnabled: _, SSESpecification: __, ...create } = planEngineTable(names.table).create;
  await account.json("DynamoDB_20120810.CreateTable", create);
  await account.json("AWSGlue.CreateDatabase", { DatabaseInput: { Name: `${names.databasePrefix}raw` } });
  for (const [Name, SecretString] of Object.entries(deployment.secrets)) {
    await account.json("secretsmanager.CreateSecret", { Name, SecretString });
  }
  await account.json("AWSEvents.CreateEventBus", { Name: names.bus });
  await makeQueues(account, aws);
  await listen(account, aws);
  for (const name of functionNames) await makeFunction(account, aws, name, deployment);
  await makeRules(account, aws);
  return account;
}

/** A queue that keeps what is said on the topic and on the bus. */
async function listen(account: Account, aws: AwsEmulators): Promise<void> {
  const queueArn = names.queueArn(aws, names.heardQueue);
  const allowed = {
    Effect: "Allow",
    Principal: { Service: ["sns.amazonaws.com", "events.amazonaws.com"] },
    Action: "sqs:SendMessage",
    Resource: queueArn,
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [allowed] });
  await account.json("AmazonSQS.CreateQueue", {
    QueueName: `${names.prefix}${names.heardQueue}`,
    Attributes: { Policy },
  });
  await account.form("sns", { Action: "CreateTopic", Name: names.topicName });
  const subscription = { Protocol: "sqs", Endpoint: queueArn };
  await account.form("sns", { Action: "Subscribe", TopicArn: names.topicArn(aws), ...subscription });
  const rule = { Name: `${names.prefix}heard`, EventBusName: names.bus };
  const EventPattern = JSON.stringify({ "detail-type": ["Snowmelt Alert"] });
  await account.json("AWSEvents.PutRule", { ...rule, EventPattern, State: "ENABLED" });
  const { Name: Rule, EventBusName } = rule;
  await account.json("AWSEvents.PutTargets", { Rule, EventBusName, Targets: [{ Id: "queue", Arn: queueArn }] });
}

async function makeQueues(account: Account, aws: AwsEmulators): Promise<void> {
  for (const { name, deadLetterName, maxReceives } of planQueues()) {
    await account.json("AmazonSQS.CreateQueue", { QueueName: `${names.prefix}${deadLetterName}` });
    const redrive = { deadLetterTargetArn: names.queueArn(aws, deadLetterName), maxReceiveCount: maxReceives };
    const Attributes = { VisibilityTimeout: String(functionSeconds), RedrivePolicy: JSON.stringify(redrive) };
    await account.json("AmazonSQS.CreateQueue", { QueueName: `${names.prefix}${name}`, Attributes });
  }
  await account.json("AmazonSQS.CreateQueue", { QueueName: `${names.prefix}${deadLettersOf("trigger")}` });
}

async function makeFunction(
  account: Account,
  aws: AwsEmulators,
  name: FunctionName,
  deployment: Deployment,
): Promise<void> {
  const zip = deployment.zips.get(name);
  if (!zip) throw new Error(`There is no bundle of ${name}.`);
  const spec: FunctionSpec = catalogue[name];
  const statements = roleStatementsOf(spec, names.resourceNames(aws)).map(asEmulatorHasIt);
  const role = await makeRole(account, { name: names.roleName(name), accountId: aws.accountId, statements });
  await account.rest("POST", "/2015-03-31/functions", {
    FunctionName: `${names.prefix}${name}`,
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Role: role,
    Timeout: Math.min(spec.timeoutSeconds, name === "land" ? landSeconds : functionSeconds),
    MemorySize: spec.memoryMb,
    Environment: { Variables: variablesOf(aws, spec, deployment) },
    Code: { ZipFile: Buffer.from(zip).toString("base64") },
  });
  for (const trigger of spec.triggers) {
    if (trigger.kind !== "queue") continue;
    await account.rest("POST", "/2015-03-31/event-source-mappings", {
      FunctionName: `${names.prefix}${name}`,
      EventSourceArn: names.queueArn(aws, trigger.queue),
      BatchSize: trigger.batchSize,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  }
}

/** AWS takes the right to send for a batch of messages too; the emulator has a name of its own for that. */
function asEmulatorHasIt(statement: IamStatement): IamStatement {
  const { Action } = statement;
  return Action.includes("sqs:SendMessage") ? { ...statement, Action: [...Action, "sqs:SendMessageBatch"] } : statement;
}

function deadLetterQueue({ name, triggers }: FunctionSpec): string {
  const queue = triggers.find((trigger) => trigger.kind === "queue");
  return deadLettersOf(queue?.kind === "queue" ? queue.queue : name);
}

/** Each function is told of everything: what it may do with it, its role says. */
function variablesOf(aws: AwsEmulators, spec: FunctionSpec, { channels, rotated }: Deployment): Record<string, string> {
  return {
    SNOWMELT_ENVIRONMENT: names.environment,
    STATE_TABLE: names.table,
    STATE_ROOT: `s3://${names.stateBucket}`,
    QUEUE_URLS: JSON.stringify(Object.fromEntries(queueNames.map((queue) => [queue, names.queueUrl(aws, queue)]))),
    DEAD_LETTER_QUEUE_URL: names.queueUrl(aws, deadLetterQueue(spec)),
    EVENT_BUS: names.bus,
    ACCOUNT_ID: aws.accountId,
    ALERT_CHANNELS: JSON.stringify(channels),
    SNOWFLAKE_CONNECTION: JSON.stringify(rotated),
    DISPATCH_SECONDS: String(dispatchSeconds),
    // The driver gives an identity to hosts of Snowflake alone, unless it is told of others.
    SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES: "127.0.0.1",
  };
}

/** The reconciler's minute, and the events of S3. The schedule's own rule is made when the test begins. */
async function makeRules(account: Account, aws: AwsEmulators): Promise<void> {
  for (const name of ["reconcile", "escalate", "notify"] as const) {
    await makeRule(account, aws, { name, target: name, schedule: "rate(1 minute)" });
  }
  const notification =
    '<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EventBridgeConfiguration/></NotificationConfiguration>';
  await account.rest("PUT", `/${names.lakeBucket}?notification`, notification);
  const pattern = {
    source: ["aws.s3"],
    "detail-type": ["Object Created"],
    detail: { object: { key: [{ prefix: "drops/" }] } },
  };
  await makeRule(account, aws, { name: "objects", target: "trigger", pattern });
}

export interface Rule {
  readonly name: string;
  readonly target: FunctionName;
  readonly schedule?: string;
  readonly pattern?: object;
  readonly transformer?: object;
}

export async function makeRule(account: Account, aws: AwsEmulators, rule: Rule): Promise<void> {
  const Name = `${names.prefix}${rule.name}`;
  await account.json("AWSEvents.PutRule", {
    Name,
    State: "ENABLED",
    ...(rule.schedule === undefined ? {} : { ScheduleExpression: rule.schedule }),
    ...(rule.pattern === undefined ? {} : { EventPattern: JSON.stringify(rule.pattern) }),
  });
  const target = { Id: "function", Arn: names.functionArn(aws, rule.target) };
  const transformer = rule.transformer === undefined ? {} : { InputTransformer: rule.transformer };
  await account.json("AWSEvents.PutTargets", { Rule: Name, Targets: [{ ...target, ...transformer }] });
}
