import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

test("each variable that is missing or wrong is named, and no value is shown", () => {
  const environment = { STATE_TABLE: "t", STATE_ROOT: "hunter2", QUEUE_URLS: '{"events":"hunter2"}' };
  const names = ["STATE_TABLE", "STATE_ROOT", "QUEUE_URLS", "EVENT_BUS"] as const;
  const error = (() => {
    try {
      return readConfig(names, environment);
    } catch (thrown) {
      return thrown as Error;
    }
  })();
  expect(error).toMatchObject({ code: "FUNCTION_MISCONFIGURED" });
  expect(error).toHaveProperty(
    "message",
    expect.stringMatching(/STATE_ROOT: .*s3:.*QUEUE_URLS: events.*EVENT_BUS is not set/),
  );
  expect(JSON.stringify(error)).not.toContain("hunter2");
});

test("what is there is parsed", () => {
  const environment = { QUEUE_URLS: '{"events":"https://sqs.us-east-1.amazonaws.com/1/e"}', DISPATCH_SECONDS: "90" };
  expect(readConfig(["QUEUE_URLS", "DISPATCH_SECONDS"], environment)).toEqual({
    QUEUE_URLS: { events: "https://sqs.us-east-1.amazonaws.com/1/e" },
    DISPATCH_SECONDS: 90,
  });
});
