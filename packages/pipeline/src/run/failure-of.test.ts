import { expect, test } from "vitest";
import { failureOf } from "./dataset-record.ts";

test("what an error of somebody else's quotes is struck out of the failure, addresses and tokens alike", () => {
  const foreign = new Error(
    "GET https://bucket.s3.amazonaws.com/chunk?X-Amz-Signature=abc123 failed, token=ver:1-hint:123-ABCdef qrmk: s3cr3t",
  );
  const { code, message } = failureOf(foreign, "land");
  expect(code).toBe("UNEXPECTED");
  expect(message).toContain("https://[url]");
  expect(message).not.toMatch(/abc123|ABCdef|s3cr3t|amazonaws/);
});
