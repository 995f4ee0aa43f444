import * as names from "../names.ts";
import { type Act, until } from "./act.ts";

export const poison: Act = {
  name: "poison",
  summary: "what nobody can take is in the dead-letter queue with the reason, and nothing else is disturbed",
  async play({ account, aws, watch }) {
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
    for (const MessageBody of [
      "{",
      JSON.stringify(unknown),
      JSON.stringify({ ...unknown, type: "ticked", trigger: undefined }),
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
      return ["MESSAGE_INVALID", "PIPELINE_UNKNOWN", "RUN_UNKNOWN"].every((code) => codes.has(code));
    };
    await until(look, "three refused messages with their reasons").catch((error: unknown) => {
      throw new Error(`${String(error)}; found: ${[...codes].join(", ")}`);
    });
    await watch.reached(({ pipeline }) => pipeline === "flights", "other runs are as they were");
  },
};
