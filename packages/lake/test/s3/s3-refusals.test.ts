import { inspect } from "node:util";
import type { ObjectStore } from "@snowmelt/core/ports";
import { openS3Store } from "@snowmelt/lake/s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PlannedFault } from "./fault-proxy.ts";
import { type FaultyBucket, mebibytes, minPartBytes, openFaultyBucket, utf8 } from "./open-faulty-bucket.ts";

let faulty: FaultyBucket;
beforeAll(async () => {
  faulty = await openFaultyBucket();
});
beforeEach(() => faulty.proxy.reset());
afterAll(() => faulty[Symbol.asyncDispose]());

const owner = "210987654321";
const kmsKeyId = "arn:aws:kms:eu-west-1:123456789012:key/lake";
const token = "FwoGZXIvYXdzEXAMPLETOKEN";

interface Refusal {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  readonly message?: string;
  readonly xml?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: { readonly code: string; readonly category: string; readonly retryable?: boolean };
  readonly says: RegExp;
}

const refusals: readonly Refusal[] = [
  {
    name: "a bucket that does not exist",
    status: 404,
    code: "NoSuchBucket",
    expected: { code: "STORE_BUCKET_MISSING", category: "storage" },
    says: /Expected the bucket acme-lake to exist/,
  },
  {
    name: "a missing permission, or another owner",
    status: 403,
    code: "AccessDenied",
    message: "User: arn:aws:sts::123456789012:assumed-role/lake/x is not authorized to perform: s3:PutObject",
    expected: { code: "STORE_ACCESS_DENIED", category: "credentials" },
    says: /assumed-role\/lake\/x is not authorized.*s3:ListBucket.*not of account 210987654321/,
  },
  {
    name: "a KMS key that may not be used",
    status: 403,
    code: "AccessDenied",
    message: "User: arn:aws:iam::1:role/x is not authorized to perform: kms:GenerateDataKey on this resource",
    expected: { code: "STORE_KMS_REFUSED", category: "credentials" },
    says: /Expected the KMS key arn:aws:kms:eu-west-1:123456789012:key\/lake to be enabled/,
  },
  {
    name: "a KMS key that is not there",
    status: 400,
    code: "KMS.NotFoundException",
    message: "Invalid keyId 'lake'",
    expected: { code: "STORE_KMS_REFUSED", category: "credentials" },
    says: /KMS\.NotFoundException \(400\)/,
  },
  {
    name: "expired credentials",
    status: 400,
    code: "ExpiredToken",
    message: "The provided token has expired.",
    xml: `<Token-0>${token}</Token-0>`,
    expected: { code: "STORE_CREDENTIALS_EXPIRED", category: "credentials" },
    says: /Log in again/,
  },
  {
    name: "credentials that S3 does not know",
    status: 403,
    code: "InvalidAccessKeyId",
    xml: "<AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId>",
    expected: { code: "STORE_CREDENTIALS_INVALID", category: "credentials" },
    says: /Expected AWS credentials/,
  },
  {
    name: "a bucket in another region",
    status: 301,
    code: "PermanentRedirect",
    xml: "<Endpoint>acme-lake.s3-eu-west-1.amazonaws.com</Endpoint>",
    headers: { "x-amz-bucket-region": "eu-west-1" },
    expected: { code: "STORE_REGION_WRONG", category: "definition" },
    says: /The bucket is in eu-west-1: set the store's region/,
  },
  {
    name: "a signature for another region",
    status: 400,
    code: "AuthorizationHeaderMalformed",
    xml: "<Region>ap-south-1</Region>",
    expected: { code: "STORE_REGION_WRONG", category: "definition" },
    says: /The bucket is in ap-south-1/,
  },
  {
    name: "too many requests, to the end",
    status: 503,
    code: "SlowDown",
    message: "Please reduce your request rate.",
    expected: { code: "STORE_THROTTLED", category: "storage", retryable: false },
    says: /S3 said (SlowDown|503).*fewer files or less concurrency.*Tried 3 times/,
  },
  {
    name: "bytes that changed on their way, each time",
    status: 400,
    code: "BadDigest",
    expected: { code: "STORE_CORRUPT", category: "storage", retryable: false },
    says: /Bytes changed on their way/,
  },
  {
    name: "a clock that is off",
    status: 403,
    code: "RequestTimeTooSkewed",
    expected: { code: "STORE_CREDENTIALS_INVALID", category: "credentials" },
    says: /clock of this machine is off/,
  },
  {
    name: "something never heard of",
    status: 418,
    code: "Teapot",
    expected: { code: "STORE_FAILED", category: "storage" },
    says: /S3 said Teapot \(418\)/,
  },
];

async function listKeys(store: ObjectStore, prefix: string, startAfter?: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix, startAfter === undefined ? {} : { startAfter })) found.push(key);
  return found;
}

describe.each(refusals)("$name", ({ status, code, message, xml, headers, expected, says }) => {
  const plan = (methods: readonly string[]): void => {
    const fault = { kind: "answer", status, code, ...(message === undefined ? {} : { message }) } as const;
    const more = { ...(xml === undefined ? {} : { xml }), ...(headers ? { headers } : {}) };
    faulty.proxy.plan(...methods.map((on): PlannedFault => ({ on, fault, times: 99, ...more })));
  };
  const open = () =>
    faulty.open({
      attempts: 3,
      expectedBucketOwner: owner,
      encryption: { kmsKeyId },
      partBytes: minPartBytes,
      credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "very-secret", sessionToken: token },
    });

  it.each([
    ["write", "raw/t/1"],
    ["upload", "raw/t/1"],
    ["read", "raw/t/1"],
    ["look up", "raw/t/1"],
    ["list", "raw/"],
    ["delete", "raw/t/1"],
  ])("is told of when it meets a %s", async (verb, key) => {
    plan(["GET", "PUT", "POST", "HEAD", "DELETE"]);
    const store = open();
    const does: Readonly<Record<string, () => Promise<unknown>>> = {
      write: () => store.put(key, utf8("x")),
      upload: () => store.putIfAbsent(key, mebibytes(6)),
      read: () => store.get(key),
      "look up": () => store.head(key),
      list: () => listKeys(store, key),
      delete: () => store.delete(key),
    };
    const error = await does[verb]?.().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: "SnowmeltError", ...expected, message: expect.stringMatching(says) });
    expect(error).toMatchObject({ message: expect.stringMatching(/^Cannot .* in s3:\/\/acme-lake \(http:/) });
    expect(error).toMatchObject({ message: expect.stringContaining(key) });
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/very-secret|FwoGZXIv/);
    expect(JSON.stringify(error)).not.toMatch(/very-secret|FwoGZXIv/);
    expect(await faulty.unfinished()).toEqual([]);
  });
});

describe("every request", () => {
  it("says whose bucket it expects", async () => {
    const store = faulty.open({ expectedBucketOwner: owner, partBytes: minPartBytes });
    await store.put("a", utf8("x"));
    await store.put("b", mebibytes(6));
    await store.get("a");
    await store.get("a", { range: { start: 0, end: 1 } });
    await store.head("a");
    for await (const _ of store.list("")) break;
    for await (const _ of store.versions.list("")) break;
    await store.versions.delete("a", "null");
    await store.delete("a");
    await store.sweepUploads();
    const unsaid = faulty.proxy.seen.filter(({ headers }) => headers["x-amz-expected-bucket-owner"] !== owner);
    expect(unsaid.map(({ line }) => line)).toEqual([]);
    expect(faulty.proxy.seen.length).toBeGreaterThan(12);
  });

  it("that begins an object names the KMS key, with a bucket key, and a checksum goes with all bytes", async () => {
    const store = faulty.open({ encryption: { kmsKeyId }, partBytes: minPartBytes });
    await store.put("a", utf8("x"));
    await store.put("b", mebibytes(6));
    const begun = faulty.proxy.seen.filter(({ line }) => /^PUT .*x-id=PutObject|^POST .*uploads/.test(line));
    expect(begun).toHaveLength(2);
    for (const { headers } of begun) {
      expect(headers).toMatchObject({
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": kmsKeyId,
        "x-amz-server-side-encryption-bucket-key-enabled": "true",
      });
    }
    const puts = faulty.proxy.seen.filter(({ line }) => line.startsWith("PUT"));
    expect(puts).toHaveLength(3);
    for (const { headers } of puts) expect(headers["x-amz-checksum-crc32"]).toMatch(/^[\w+/]{6}==$/);
  });
});

describe("reading", () => {
  it("asks again for a body that broke off or was damaged", async () => {
    const store = faulty.open();
    await store.put("k", mebibytes(3));
    faulty.proxy.plan(
      { on: "GET", fault: { kind: "cutBody" } },
      { on: "GET", fault: { kind: "damageBody" } },
      { on: "GET", fault: { kind: "cutBefore" } },
    );
    expect((await store.get("k"))?.[2 * 1024 * 1024]).toBe(2);
    expect(faulty.proxy.seen.filter(({ line }) => line.startsWith("GET"))).toHaveLength(4);
  });

  it.each(["CRC32", "CRC32C", "CRC64NVME"] as const)(
    "never gives bytes that do not have their %s",
    async (checksum) => {
      const store = faulty.open({ checksum, attempts: 2 });
      await store.put("k", utf8("exact"));
      faulty.proxy.plan({ on: "GET", fault: { kind: "damageBody" }, times: 9 });
      await expect(store.get("k")).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    },
  );

  it("throws for a listing whose second page fails, instead of ending it", async () => {
    const store = faulty.open({ attempts: 2 });
    const wanted = Array.from({ length: 1003 }, (_, at) => `page/${String(at).padStart(4, "0")} é+%`);
    await Promise.all(wanted.map((key) => store.put(key, utf8("x"))));
    expect(await listKeys(store, "page/")).toEqual(wanted);
    expect(await listKeys(store, "", wanted[1])).toEqual(wanted.slice(2));
    const fault = { kind: "answer", status: 503, code: "SlowDown" } as const;
    faulty.proxy.plan({ on: "GET continuation-token=", fault, times: 9 });
    await expect(listKeys(store, "page/")).rejects.toMatchObject({ code: "STORE_THROTTLED" });
  }, 120_000);

  it("gives up when S3 says nothing", async () => {
    const store = faulty.open({ attempts: 2, idleTimeoutMs: 100 });
    faulty.proxy.plan({ on: "GET", fault: { kind: "silence" }, times: 9 });
    await expect(store.get("k")).rejects.toMatchObject({
      code: "STORE_UNREACHABLE",
      message: expect.stringMatching(/timed out after 100 ms of inactivity.*Tried 2 times/),
    });
  });

  it("does not take waiting for its turn for failing to connect", async () => {
    const store = faulty.open({ maxConnections: 1, connectTimeoutMs: 1_000, attempts: 1 });
    await store.put("k", utf8("x"));
    faulty.proxy.plan({ on: "GET", fault: { kind: "delay", ms: 400 }, times: 6 });
    const read = await Promise.all(Array.from({ length: 6 }, () => store.get("k")));
    expect(read.map((bytes) => bytes?.byteLength)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it("ends at once when it is aborted while S3 says nothing", async () => {
    const store = faulty.open();
    const controller = new AbortController();
    faulty.proxy.plan({ on: "GET", fault: { kind: "silence" } });
    faulty.proxy.onAnswer = () => controller.abort(new Error("stop"));
    await expect(store.get("k", { signal: controller.signal })).rejects.toThrow(/^stop$/);
    expect(faulty.proxy.seen).toHaveLength(1);
  });
});

describe("what S3 says nothing to", () => {
  it("names the endpoint where nobody listens", async () => {
    const store = openS3Store({ ...faulty.lake.options, endpoint: "http://127.0.0.1:1", attempts: 1 });
    await expect(store.put("k", utf8("x"))).rejects.toMatchObject({
      code: "STORE_UNREACHABLE",
      message: expect.stringMatching(/^Cannot write k in s3:\/\/acme-lake \(http:\/\/127\.0\.0\.1:1\): .*ECONNREFUSED/),
    });
  });

  it.each(["http://s3.example.com", "http://10.0.0.1:9000", "http://127.0.0.1.example.com", "http://[fe80::1]"])(
    "refuses plain http to %s before anything is sent",
    (endpoint) => {
      expect(() => openS3Store({ bucket: "acme-lake", endpoint })).toThrow(
        expect.objectContaining({ code: "STORE_ENDPOINT_INSECURE" }),
      );
    },
  );

  it.each(["http://localhost:9000", "http://[::1]:9000", "https://s3.example.com"])("takes %s", (endpoint) => {
    expect(openS3Store({ bucket: "acme-lake", endpoint }).uri).toBe("s3://acme-lake");
  });

  it.each([
    [{ bucket: "Acme" }, /bucket is "Acme"/],
    [{ bucket: "lake--use1-az4--x-s3" }, /directory bucket does not list keys in order/],
    [{ prefix: "a/../b" }, /prefix is "a\/..\/b"/],
    [{ partBytes: 1024 }, /partBytes is 1024. Expected a whole number from 5242880/],
    [{ attempts: 0 }, /attempts is 0/],
    [{ expectedBucketOwner: "me" }, /12 digits/],
    [{ endpoint: "s3.example.com" }, /not a URL/],
    [{ endpoint: "https://key:secret@s3.example.com" }, /^(?!.*secret).*holds a user name/],
  ])("refuses the options %j", (options, says) => {
    expect(() => openS3Store({ bucket: "acme-lake", ...options })).toThrow(
      expect.objectContaining({ code: "STORE_OPTIONS_INVALID", message: expect.stringMatching(says) }),
    );
  });

  it.each(["", "/a", "a/../b", "./a", "half\ud800", "é".repeat(513)])("refuses the key %j", async (key) => {
    await expect(faulty.open().put(key, utf8("x"))).rejects.toMatchObject({ code: "STORE_KEY_INVALID" });
    expect(faulty.proxy.seen).toEqual([]);
  });
});
