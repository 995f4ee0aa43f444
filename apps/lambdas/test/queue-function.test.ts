import type { QueueMessage } from "@snowmelt/pipeline/aws";
import type { SQSEvent } from "aws-lambda";
import { expect, test } from "vitest";
import { z } from "zod";
import { queueFunction, type Refusal } from "../src/queue-function.ts";
import { contextOf, sqsEvent } from "./invocation.ts";

process.env.SNOWMELT_ENVIRONMENT = "prod";

const Job = z.strictObject({ job: z.string() });

function receive(take: (job: string) => Promise<Refusal | undefined>) {
  const buried: QueueMessage[] = [];
  const queues = { send: async (_: string, message: QueueMessage) => void buried.push(message) };
  const handler = queueFunction({
    name: "orchestrate",
    message: Job,
    open: () => queues,
    deadLetters: (queues) => ({ queues, queueUrl: "dead" }),
    take: (_, { job }) => take(job),
  });
  return { buried, handler };
}

const context = contextOf("orchestrate", 30_000);
const batch = (...bodies: string[]): SQSEvent => sqsEvent(bodies, { runId: { dataType: "String", stringValue: "r1" } });

const job = (name: string): string => JSON.stringify({ job: name });

test("what cannot be understood is buried with the reason, and the rest of the batch goes on", async () => {
  const done: string[] = [];
  const { handler, buried } = receive(async (name) => void done.push(name));
  const answer = await handler(batch("{", job("a"), JSON.stringify({ job: 5 }), job("b")), context);
  expect(answer.batchItemFailures).toEqual([]);
  expect(done.sort()).toEqual(["a", "b"]);
  expect(buried.map(({ body }) => body).sort()).toEqual([JSON.stringify({ job: 5 }), "{"].sort());
  expect(buried[0]?.attributes).toMatchObject({ runId: "r1", reasonCode: "MESSAGE_INVALID", refusedBy: "orchestrate" });
});

test("what is refused is buried under the code of the refusal", async () => {
  const { handler, buried } = receive(async () => ({ code: "RUN_STATE_NEWER", message: "Deploy the newer version." }));
  expect(await handler(batch(job("a")), context)).toEqual({ batchItemFailures: [] });
  expect(buried[0]?.attributes).toMatchObject({ reasonCode: "RUN_STATE_NEWER", reason: "Deploy the newer version." });
});

test("what fails comes again alone", async () => {
  const { handler, buried } = receive(async (name) => {
    if (name === "bad") throw new Error("the store is down");
    return undefined;
  });
  const answer = await handler(batch(job("good"), job("bad"), job("fine")), context);
  expect(answer.batchItemFailures).toEqual([{ itemIdentifier: "m1" }]);
  expect(buried).toEqual([]);
});

test("a batch of which everything fails comes again whole", async () => {
  const { handler } = receive(async () => {
    throw new Error("the store is down");
  });
  const answer = await handler(batch(job("a"), job("b")), context);
  expect(answer.batchItemFailures).toEqual([{ itemIdentifier: "m0" }, { itemIdentifier: "m1" }]);
});

test("where the refusal cannot be told, the message stays in its queue", async () => {
  const handler = queueFunction({
    name: "orchestrate",
    message: Job,
    open: () => undefined,
    deadLetters: () => ({ queues: { send: () => Promise.reject(new Error("no")) }, queueUrl: "dead" }),
    take: async () => undefined,
  });
  expect((await handler(batch("{"), context)).batchItemFailures).toEqual([{ itemIdentifier: "m0" }]);
});
