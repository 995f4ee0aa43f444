import { objectStoreContract } from "@snowmelt/core/ports/testing";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { type FaultyBucket, minPartBytes, openFaultyBucket } from "./open-faulty-bucket.ts";

let faulty: FaultyBucket;
beforeAll(async () => {
  faulty = await openFaultyBucket();
});
beforeEach(() => {
  faulty.proxy.reset();
  const times = Number.POSITIVE_INFINITY;
  for (const on of ["PUT", "POST", "GET", "HEAD", "DELETE"]) {
    faulty.proxy.plan(
      { on, fault: { kind: "cutAfter" }, every: 3, times },
      { on, fault: { kind: "cutBefore" }, every: 4, times },
      { on, fault: { kind: "answer", status: 503, code: "SlowDown" }, every: 7, times },
    );
  }
});
afterAll(() => faulty[Symbol.asyncDispose]());

describe("S3 object store, of whose requests and answers every other one is lost", () => {
  // Side by side, requests may meet the proxy in an order that has one of them lost many times running.
  const open = async () => faulty.open({ partBytes: minPartBytes, attempts: 40 });
  for (const { name, run } of objectStoreContract(open)) it(name, run, 120_000);
});
