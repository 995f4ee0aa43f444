import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { expect, test } from "vitest";
import { RunEvent } from "../run-event.ts";
import { rememberSecrets } from "./redactor.ts";

async function redactorThatKnows(secret: string) {
  const { secrets, redactor } = rememberSecrets(memorySecrets({ "test:s": secret }));
  await secrets.get(secretRef("test:s"));
  return redactor;
}

const notice: RunEvent = {
  kind: "notice",
  runId: "r",
  atMs: 1234,
  dataset: "d",
  code: "C",
  message: "it is 1234 or hunter2",
};

test("a secret is struck out of every text of an event, and numbers stay numbers", async () => {
  expect((await redactorThatKnows("hunter2")).redactIn(RunEvent, notice)).toEqual({
    ...notice,
    message: "it is 1234 or [secret]",
  });
  expect((await redactorThatKnows("1234")).redactIn(RunEvent, notice)).toEqual({
    ...notice,
    message: "it is [secret] or hunter2",
  });
});

test("a secret that is a word of the schema leaves the event as it is instead of breaking it", async () => {
  expect((await redactorThatKnows("notice")).redactIn(RunEvent, notice)).toEqual(notice);
});
