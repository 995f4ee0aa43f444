import * as names from "../names.ts";
import { type Act, expect, type Stage, until } from "./act.ts";
import { landChange } from "./flights-acts.ts";

const reasons = ["MESSAGE_INVALID", "PIPELINE_UNKNOWN", "RUN_UNKNOWN", "RELEASE_INVALID", "RUN_STATE_NEWER"];

export const poison: Act = {
  name: "poison",
  summary: "what nobody can take is in the dead-letter queue with the reason, and nothing else is disturbed",
  async play(stage) {
    const { account, aws } = stage;
    const QueueUrl = names.queueUrl(aws, "events");
    const unknown = {
      id: "requested/x",
      type: "requested",
      runId: "nobody.1",
      atMs: 0,
      trigger: {
        pipeline: "nobody",
        environment: names.environment,
        cause: { kind: "manual", by: "e2e", requestId: "x" },
      },
    };
    const requestOf = (pipeline: string) => ({
      ...unknown,
      id: `requested/${pipeline}`,
      runId: `${pipeline}.1`,
      trigger: { ...unknown.trigger, pipeline },
    });
    const newer = await writeNewerState(stage);
    for (const MessageBody of [
      "{",
      JSON.stringify(unknown),
      JSON.stringify({ ...unknown, type: "ticked", trigger: undefined }),
      JSON.stringify(requestOf(names.stalePipeline)),
      JSON.stringify({ id: "ticked/x", type: "ticked", runId: newer, atMs: Date.now() }),
    ]) {
      await account.json("AmazonSQS.SendMessage", { QueueUrl, MessageBody });
    }
    const codes = new Set<string>();
    const look = async () => {
      const { Messages = [] } = (await account.json("AmazonSQS.ReceiveMessage", {
        QueueUrl: names.queueUrl(aws, "events-dead"),
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      })) as { Messages?: { MessageAttributes?: { reasonCode?: { StringValue?: string } } }[] };
      for (const { MessageAttributes } of Messages) codes.add(MessageAttributes?.reasonCode?.StringValue ?? "none");
      return reasons.every((code) => codes.has(code));
    };
    await until(look, "all refused messages with their reasons").catch((error: unknown) => {
      throw new Error(`${String(error)}; found: ${[...codes].join(", ")}`);
    });
    await landChange(stage, { name: "after poison", inserts: 7000 });
  },
};

/** Has a run that has ended look as if a newer version of Snowmelt had written it. */
async function writeNewerState({ account, stores }: Stage): Promise<string> {
  let runId: string | undefined;
  for await (const run of stores.runs.list({ pipeline: "flights", status: ["succeeded"] })) runId = run.runId;
  expect(runId !== undefined, "there is no run that has ended");
  await account.json("DynamoDB_20120810.UpdateItem", {
    TableName: names.table,
    Key: { pk: { S: `RUN#${runId}` }, sk: { S: "STATE" } },
    UpdateExpression: "SET schemaVersion = :newer",
    ExpressionAttributeValues: { ":newer": { N: "99" } },
  });
  return runId;
}
