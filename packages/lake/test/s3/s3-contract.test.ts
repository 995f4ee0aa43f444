import { objectStoreContract } from "@snowmelt/core/ports/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type LakeBucket, openLakeBucket } from "./open-lake-bucket.ts";

let lake: LakeBucket;
beforeAll(async () => {
  lake = await openLakeBucket();
});
afterAll(() => lake[Symbol.asyncDispose]());

describe("S3 object store", () => {
  for (const { name, run } of objectStoreContract(async () => lake.open())) it(name, run);
});

describe("S3 object store with CRC64NVME and a KMS key", () => {
  const open = async () =>
    lake.open({
      checksum: "CRC64NVME",
      encryption: { kmsKeyId: "alias/lake" },
      prefix: `kms-${crypto.randomUUID()}/x`,
    });
  const slow = "takes a body in parts, also when a part's buffer is used again for the next";
  for (const { name, run } of objectStoreContract(open).filter((held) => held.name !== slow)) it(name, run);
});
