import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FaultyBucket, mebibytes, minPartBytes, openFaultyBucket, utf8 } from "./open-faulty-bucket.ts";

let faulty: FaultyBucket;
beforeAll(async () => {
  faulty = await openFaultyBucket();
});
beforeEach(() => faulty.proxy.reset());
afterAll(() => faulty[Symbol.asyncDispose]());

const linesOf = (part: string): string[] =>
  faulty.proxy.seen.map(({ line }) => line).filter((line) => line.includes(part));

describe("a put of a small body", () => {
  it("whose answer was lost is known for its own: the winner is told that it created", async () => {
    const store = faulty.open();
    faulty.proxy.plan({ on: "PUT entry", fault: { kind: "cutAfter" } });
    expect(await store.putIfAbsent("entry", utf8("mine"))).toMatchObject({
      status: "created",
      meta: { sizeBytes: 4, etag: expect.any(String) },
    });
    expect(linesOf("entry").map((line) => line.split(" ")[0])).toEqual(["PUT", "PUT", "HEAD"]);
    expect(await store.putIfAbsent("entry", utf8("later"))).toEqual({ status: "exists" });
    expect(linesOf("HEAD")).toHaveLength(1);
  });

  it("is known for its own when every answer was lost", async () => {
    const store = faulty.open({ attempts: 3 });
    faulty.proxy.plan({ on: "PUT entry", fault: { kind: "cutAfter" }, times: 3 });
    expect((await store.putIfAbsent("entry", utf8("mine"))).status).toBe("created");
  });

  it("says exists when a try was lost on its way and another writer came first", async () => {
    const store = faulty.open();
    await faulty.open({ prefix: store.uri.split("/").slice(3).join("/") }).put("entry", utf8("theirs"));
    faulty.proxy.plan({ on: "PUT entry", fault: { kind: "cutBefore" } });
    expect(await store.putIfAbsent("entry", utf8("mine"))).toEqual({ status: "exists" });
    expect(Buffer.from((await store.get("entry")) ?? []).toString()).toBe("theirs");
  });

  it("is made again when it did not arrive", async () => {
    const store = faulty.open();
    faulty.proxy.plan({ on: "PUT entry", fault: { kind: "cutBefore" }, times: 2 });
    expect((await store.putIfAbsent("entry", utf8("mine"))).status).toBe("created");
  });

  it("is made again after 409 ConditionalRequestConflict and 503 SlowDown", async () => {
    const store = faulty.open();
    faulty.proxy.plan(
      { on: "PUT entry", fault: { kind: "answer", status: 409, code: "ConditionalRequestConflict" } },
      { on: "PUT entry", fault: { kind: "answer", status: 503, code: "SlowDown" } },
    );
    expect((await store.putIfAbsent("entry", utf8("mine"))).status).toBe("created");
  });

  it("is a value, not an error, when S3 says 412, with no further request", async () => {
    const store = faulty.open();
    faulty.proxy.plan({ on: "PUT entry", fault: { kind: "answer", status: 412, code: "PreconditionFailed" } });
    expect(await store.putIfAbsent("entry", utf8("mine"))).toEqual({ status: "exists" });
    expect(faulty.proxy.seen).toHaveLength(1);
  });

  it("throws that nothing answered when it cannot learn what came of it, and is not to be repeated blindly", async () => {
    const store = faulty.open({ attempts: 2 });
    faulty.proxy.plan({ on: "PUT entry", fault: { kind: "cutAfter" }, times: 2 });
    faulty.proxy.plan({ on: "HEAD entry", fault: { kind: "cutBefore" }, times: 9 });
    await expect(store.putIfAbsent("entry", utf8("mine"))).rejects.toMatchObject({
      code: "STORE_UNREACHABLE",
      retryable: false,
      message: expect.stringMatching(/^Cannot write entry in s3:\/\/acme-lake .* Tried 2 times\.$/),
    });
    expect(Buffer.from((await store.get("entry")) ?? []).toString()).toBe("mine");
  });

  it("by etag whose answer was lost is known for its own", async () => {
    const store = faulty.open();
    const { etag = "" } = await store.put("pointer", utf8("1"));
    faulty.proxy.plan({ on: "PUT pointer", fault: { kind: "cutAfter" } });
    expect((await store.putIfMatch("pointer", utf8("2"), { etag })).status).toBe("replaced");
    faulty.proxy.plan({ on: "PUT pointer", fault: { kind: "cutBefore" } });
    expect((await store.putIfMatch("pointer", utf8("3"), { etag })).status).toBe("changed");
  });

  it("that is aborted while it is on its way tells what it did", async () => {
    const store = faulty.open();
    const putAborted = (key: string) => {
      const controller = new AbortController();
      faulty.proxy.onRequest = () => controller.abort(new Error("stop"));
      return store.putIfAbsent(key, utf8("mine"), { signal: controller.signal });
    };
    expect((await putAborted("arrived")).status).toBe("created");
    faulty.proxy.plan({ on: "PUT answered", fault: { kind: "cutAfter" } });
    expect((await putAborted("answered")).status).toBe("created");
    faulty.proxy.plan({ on: "PUT lost", fault: { kind: "cutBefore" } });
    await expect(putAborted("lost")).rejects.toThrow(/^stop$/);
    expect(linesOf("PUT")).toHaveLength(3);
    expect(await store.get("lost")).toBeUndefined();
  });
});

describe("an upload in parts", () => {
  const open = () => faulty.open({ partBytes: minPartBytes });
  const complete = "POST uploadId=";

  it("whose last answer was lost is known for its own", async () => {
    const store = open();
    faulty.proxy.plan({ on: complete, fault: { kind: "cutAfter" } });
    expect((await store.putIfAbsent("file", mebibytes(6))).status).toBe("created");
    expect((await store.head("file"))?.sizeBytes).toBe(6 * 1024 * 1024);
  });

  it("that a lost try ended and the next meets is known for its own, and another writer's is not", async () => {
    const store = open();
    const met = { on: complete, fault: { kind: "answer", status: 412, code: "PreconditionFailed" } } as const;
    faulty.proxy.plan({ on: complete, fault: { kind: "cutAfter" } }, met);
    expect((await store.putIfAbsent("file", mebibytes(6))).status).toBe("created");
    faulty.proxy.plan({ on: complete, fault: { kind: "cutBefore" } }, met);
    expect((await store.putIfAbsent("file", mebibytes(6))).status).toBe("exists");
  });

  it("that a lost try ended and the next does not find is known for its own", async () => {
    const store = open();
    faulty.proxy.plan(
      { on: complete, fault: { kind: "cutAfter" } },
      { on: complete, fault: { kind: "answer", status: 404, code: "NoSuchUpload" } },
    );
    expect((await store.putIfAbsent("file", mebibytes(6))).status).toBe("created");
  });

  it("says exists and leaves no upload when another came first", async () => {
    const store = open();
    await store.put("file", utf8("theirs"));
    expect(await store.putIfAbsent("file", mebibytes(6))).toEqual({ status: "exists" });
    expect(await faulty.unfinished()).toEqual([]);
  });

  it("is ended again after 409, and says exists when S3 dropped it for another writer's", async () => {
    const store = open();
    const conflict = {
      on: complete,
      fault: { kind: "answer", status: 409, code: "ConditionalRequestConflict" },
    } as const;
    faulty.proxy.plan(conflict);
    expect((await store.putIfAbsent("file", mebibytes(6))).status).toBe("created");
    faulty.proxy.plan(conflict, { on: complete, fault: { kind: "answer", status: 404, code: "NoSuchUpload" } });
    expect(await store.putIfAbsent("file", mebibytes(6))).toEqual({ status: "exists" });
    faulty.proxy.plan(conflict, { on: complete, fault: { kind: "answer", status: 404, code: "NoSuchUpload" } });
    await expect(store.putIfAbsent("new", mebibytes(6))).rejects.toMatchObject({ code: "STORE_UPLOAD_GONE" });
    expect(await store.get("new")).toBeUndefined();
  });

  it("is ended again when S3 says 200 and then that it failed", async () => {
    const store = open();
    faulty.proxy.plan({ on: complete, fault: { kind: "answer", status: 200, code: "InternalError" } });
    expect((await store.putIfAbsent("file", mebibytes(6))).status).toBe("created");
  });

  it("sends a part again that was lost, and keeps the order of parts", async () => {
    const store = open();
    faulty.proxy.plan(
      { on: "PUT partNumber=1", fault: { kind: "cutBefore" }, times: 2 },
      { on: "PUT partNumber=2", fault: { kind: "answer", status: 500, code: "InternalError" } },
    );
    await store.put("file", mebibytes(12));
    const bytes = await store.get("file");
    expect(Array.from({ length: 12 }, (_, at) => bytes?.[at * 1024 * 1024 + 7])).toEqual([...Array(12).keys()]);
  });

  it("is aborted on the server when a part is refused, and reads no more of the body than is on its way", async () => {
    const store = open();
    faulty.proxy.plan({
      on: "PUT partNumber=2",
      fault: { kind: "answer", status: 403, code: "AccessDenied" },
      times: 9,
    });
    let read = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      for await (const chunk of mebibytes(200)) {
        read++;
        yield chunk;
      }
    }
    await expect(store.put("file", body())).rejects.toMatchObject({ code: "STORE_ACCESS_DENIED" });
    expect(read).toBeLessThan(60);
    expect(await faulty.unfinished()).toEqual([]);
    expect(await store.head("file")).toBeUndefined();
  });

  it("is aborted on the server before the caller hears of its abort, with nothing on its way any more", async () => {
    const store = open();
    const controller = new AbortController();
    faulty.proxy.onRequest = (line) => {
      if (line.includes("partNumber=2")) controller.abort(new Error("stop"));
    };
    await expect(store.put("file", mebibytes(30), { signal: controller.signal })).rejects.toThrow(/^stop$/);
    expect(await faulty.unfinished()).toEqual([]);
    expect(linesOf("DELETE")).toHaveLength(1);
  });

  it("fails with the first error when it cannot be aborted either, and is left to the sweep", async () => {
    const store = open();
    faulty.proxy.plan(
      { on: "PUT partNumber=2", fault: { kind: "answer", status: 403, code: "AccessDenied" } },
      { on: "DELETE uploadId", fault: { kind: "cutBefore" }, times: 9 },
    );
    await expect(store.put("file", mebibytes(8))).rejects.toMatchObject({ code: "STORE_ACCESS_DENIED" });
    expect(await faulty.unfinished()).toHaveLength(1);
    expect(await store.sweepUploads({ olderThanMs: 60 * 60 * 1000 })).toEqual({ aborted: 0, kept: 1 });
    faulty.proxy.reset();
    expect(await store.sweepUploads({ olderThanMs: -1000 })).toEqual({ aborted: 1, kept: 0 });
    expect(await faulty.unfinished()).toEqual([]);
  });

  it("goes over as many connections as parts are on their way, kept from one to the next", async () => {
    await faulty.open({ partBytes: minPartBytes, concurrency: 2 }).put("file", mebibytes(40));
    expect(linesOf("partNumber=")).toHaveLength(8);
    expect(faulty.proxy.connections).toBeLessThanOrEqual(2);
  });

  it("of many objects goes over no more connections than allowed", async () => {
    const store = faulty.open({ maxConnections: 3 });
    await Promise.all(Array.from({ length: 12 }, (_, at) => store.put(`k${at}`, mebibytes(3))));
    expect(faulty.proxy.connections).toBeLessThanOrEqual(3);
  });

  it("holds no more of the body than its parts on their way and the one that is being filled", async () => {
    const store = faulty.open({ partBytes: minPartBytes, concurrency: 2 });
    let [read, done, most] = [0, 0, 0];
    faulty.proxy.onAnswer = (line) => {
      if (line.includes("partNumber=")) done++;
    };
    async function* body(): AsyncGenerator<Uint8Array> {
      for await (const chunk of mebibytes(40)) {
        read++;
        most = Math.max(most, read - done * 5);
        yield chunk;
      }
    }
    await store.put("file", body());
    expect(done).toBe(8);
    expect(most).toBeLessThanOrEqual((2 + 1) * 5 + 1);
  });
});
