import assert from "node:assert/strict";
import type { ObjectMeta, ObjectStore } from "../object-store.ts";
import type { ContractCase } from "./contract-case.ts";

/**
 * What every ObjectStore must do, as cases any runner can run: `for (const c of objectStoreContract(open)) it(c.name, c.run)`.
 * `open` gives a new, empty store each time.
 */
export function objectStoreContract(open: () => Promise<ObjectStore>): readonly ContractCase[] {
  const cases: ContractCase[] = [];
  const contract = (name: string, check: (store: ObjectStore) => Promise<void>): void => {
    cases.push({ name, run: async () => check(await open()) });
  };

  contract("gives back what was put, with its size", async (store) => {
    const meta = await store.put("a/b.txt", bytes("hello"));
    assert.equal(meta.key, "a/b.txt");
    assert.equal(meta.sizeBytes, 5);
    assert.equal(text(await store.get("a/b.txt")), "hello");
    assert.equal((await store.head("a/b.txt"))?.sizeBytes, 5);
  });

  contract("says undefined for what is not there", async (store) => {
    assert.equal(await store.get("nothing/here"), undefined);
    assert.equal(await store.head("nothing/here"), undefined);
    await store.put("nothing/other", bytes("x"));
    assert.equal(await store.get("nothing/here"), undefined);
    assert.equal(await store.get("nothing"), undefined);
    assert.equal(await store.head("nothing"), undefined);
  });

  contract("replaces by put, and a reader's bytes do not change under it", async (store) => {
    await store.put("k", bytes("one"));
    const before = await store.get("k");
    await store.put("k", bytes("second"));
    assert.equal(text(before), "one");
    assert.equal(text(await store.get("k")), "second");
  });

  contract("does not change when the caller reuses the buffer it put", async (store) => {
    const buffer = bytes("before");
    await store.put("k", buffer);
    buffer.fill(0x21);
    assert.equal(text(await store.get("k")), "before");
  });

  contract("holds empty objects", async (store) => {
    await store.put("empty", new Uint8Array(0));
    assert.equal((await store.get("empty"))?.byteLength, 0);
    assert.equal((await store.head("empty"))?.sizeBytes, 0);
    assert.deepEqual(await keys(store, ""), ["empty"]);
  });

  contract("takes a body in parts, also when a part's buffer is used again for the next", async (store) => {
    const parts = 300;
    const size = 64 * 1024;
    const shared = new Uint8Array(size);
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let part = 0; part < parts; part++) {
        shared.fill(part & 0xff);
        yield shared;
      }
    }
    const meta = await store.put("big", body());
    assert.equal(meta.sizeBytes, parts * size);
    const held = await store.get("big");
    assert.equal(held?.byteLength, parts * size);
    for (const part of [0, 1, 150, parts - 1]) assert.equal(held?.[part * size + 17], part & 0xff);
  });

  contract("reads ranges, half-open and cut at the end", async (store) => {
    await store.put("digits", bytes("0123456789"));
    const range = async (start: number, end: number): Promise<string> =>
      text(await store.get("digits", { range: { start, end } }));
    assert.equal(await range(0, 3), "012");
    assert.equal(await range(7, 10), "789");
    assert.equal(await range(7, 99), "789");
    assert.equal(await range(4, 4), "");
    assert.equal(await range(20, 30), "");
    assert.equal(await store.get("absent", { range: { start: 0, end: 1 } }), undefined);
  });

  contract("creates once by putIfAbsent and keeps what is there", async (store) => {
    assert.equal((await store.putIfAbsent("log/1", bytes("first"))).status, "created");
    assert.deepEqual(await store.putIfAbsent("log/1", bytes("second")), { status: "exists" });
    assert.equal(text(await store.get("log/1")), "first");
  });

  contract("lets exactly one of many concurrent callers create, and its bytes are whole", async (store) => {
    const bodies = Array.from({ length: 40 }, (_, writer) => bytes(`writer ${writer} `.repeat(500)));
    const results = await Promise.all(
      bodies.map((body, writer) => store.putIfAbsent("log/race", writer % 2 === 0 ? body : streamOf(body))),
    );
    const winners = results.flatMap((result, writer) => (result.status === "created" ? [writer] : []));
    assert.equal(winners.length, 1);
    assert.equal(text(await store.get("log/race")), text(bodies[winners[0] ?? 0]));
  });

  contract("says of each meta what head says of it", async (store) => {
    const put = await store.put("m", bytes("meta"));
    const head = await store.head("m");
    const [listed] = await metas(store, "m");
    assert.deepEqual(listed, head);
    assert.deepEqual([put.key, put.sizeBytes, put.etag], [head?.key, head?.sizeBytes, head?.etag]);
    assert.equal(store.putIfMatch === undefined || typeof put.etag === "string", true);
  });

  contract("replaces by putIfMatch what has not changed, and says so of what has, where it can", async (store) => {
    const { putIfMatch } = store;
    if (!putIfMatch) return;
    const first = await store.put("pointer", bytes("1"));
    const replaced = await putIfMatch("pointer", bytes("2"), { etag: etagOf(first) });
    assert.equal(replaced.status, "replaced");
    assert.deepEqual(await putIfMatch("pointer", bytes("3"), { etag: etagOf(first) }), { status: "changed" });
    assert.equal(text(await store.get("pointer")), "2");
    const etag = etagOf(await store.head("pointer"));
    assert.equal(replaced.status === "replaced" && replaced.meta.etag, etag);
    await store.delete("pointer");
    assert.deepEqual(await putIfMatch("pointer", bytes("4"), { etag }), { status: "changed" });
    assert.equal(await store.get("pointer"), undefined);
  });

  contract("lets exactly one of many concurrent callers replace by putIfMatch, where it can", async (store) => {
    const { putIfMatch } = store;
    if (!putIfMatch) return;
    const etag = etagOf(await store.put("pointer", bytes("0")));
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, writer) => putIfMatch("pointer", bytes(`writer ${writer}`), { etag })),
    );
    const winners = results.flatMap((result, writer) => (result.status === "replaced" ? [writer] : []));
    assert.equal(winners.length, 1);
    assert.equal(text(await store.get("pointer")), `writer ${winners[0]}`);
  });

  contract("leaves nothing when the body fails half way", async (store) => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes("half");
      throw new Error("the source broke");
    }
    await assert.rejects(store.put("p", broken()), /the source broke/);
    await assert.rejects(store.putIfAbsent("q", broken()), /the source broke/);
    await store.put("kept", bytes("old"));
    await assert.rejects(store.put("kept", broken()), /the source broke/);
    assert.equal(text(await store.get("kept")), "old");
    assert.deepEqual(await keys(store, ""), ["kept"]);
  });

  contract("leaves nothing when aborted half way through the body", async (store) => {
    for (const verb of ["put", "putIfAbsent"] as const) {
      const controller = new AbortController();
      async function* slow(): AsyncGenerator<Uint8Array> {
        yield bytes("first half");
        controller.abort(new Error("stop"));
        yield bytes("second half");
      }
      await assert.rejects(store[verb]("aborted", slow(), { signal: controller.signal }), /stop/);
    }
    assert.deepEqual(await keys(store, ""), []);
  });

  contract("does nothing for a caller that is aborted already", async (store) => {
    await store.put("there", bytes("x"));
    const signal = AbortSignal.abort(new Error("too late"));
    await assert.rejects(store.put("k", bytes("x"), { signal }), /too late/);
    await assert.rejects(store.putIfAbsent("k", bytes("x"), { signal }), /too late/);
    await assert.rejects(store.get("there", { signal }), /too late/);
    await assert.rejects(store.head("there", { signal }), /too late/);
    await assert.rejects(store.delete("there", { signal }), /too late/);
    await assert.rejects(keys(store, "", { signal }), /too late/);
    assert.deepEqual(await keys(store, ""), ["there"]);
  });

  contract("lists by ascending key in UTF-8 bytes, across folders", async (store) => {
    const wanted = [
      "a",
      "b",
      "a-b/c",
      "a.b",
      "a0",
      "aa/x/y",
      "aa/x-y",
      "aa/x/é",
      "aa/x/~",
      "Z",
      "emoji/😀",
      "emoji/\uffee",
    ];
    wanted.push("sp ace/per%cent", "q'uo\"te", "plus+equals=1/x", "_delta_log/00000000000000000001.json");
    for (const key of wanted.toReversed()) await store.put(key === "a" ? "a1" : key, bytes(key));
    const expected = wanted.map((key) => (key === "a" ? "a1" : key)).toSorted(byBytes);
    assert.deepEqual(await keys(store, ""), expected);
  });

  contract("lists below a prefix that need not end at a slash", async (store) => {
    for (const key of ["t/part-1", "t/part-2", "t/party/x", "t/other", "u/part-1", "tt"])
      await store.put(key, bytes("x"));
    assert.deepEqual(await keys(store, "t/part"), ["t/part-1", "t/part-2", "t/party/x"]);
    assert.deepEqual(await keys(store, "t/"), ["t/other", "t/part-1", "t/part-2", "t/party/x"]);
    assert.deepEqual(await keys(store, "t"), ["t/other", "t/part-1", "t/part-2", "t/party/x", "tt"]);
    assert.deepEqual(await keys(store, "absent/"), []);
    assert.deepEqual(await keys(store, "tt/absent"), []);
  });

  contract("starts a listing after a key, whether or not that key exists", async (store) => {
    for (const key of ["a/1", "a/2", "a/2/x", "b", "c/1"].filter((key) => key !== "a/2"))
      await store.put(key, bytes("x"));
    assert.deepEqual(await keys(store, "", { startAfter: "a/1" }), ["a/2/x", "b", "c/1"]);
    assert.deepEqual(await keys(store, "", { startAfter: "a/2" }), ["a/2/x", "b", "c/1"]);
    assert.deepEqual(await keys(store, "", { startAfter: "a/2/x" }), ["b", "c/1"]);
    assert.deepEqual(await keys(store, "a/", { startAfter: "a/1" }), ["a/2/x"]);
    assert.deepEqual(await keys(store, "a/", { startAfter: "0" }), ["a/1", "a/2/x"]);
    assert.deepEqual(await keys(store, "a/", { startAfter: "z" }), []);
  });

  contract("deletes, and an absent object is success", async (store) => {
    await store.put("x/y", bytes("1"));
    await store.delete("x/y");
    await store.delete("x/y");
    assert.equal(await store.get("x/y"), undefined);
    assert.deepEqual(await keys(store, ""), []);
    assert.equal((await store.putIfAbsent("x/y", bytes("2"))).status, "created");
  });

  contract("creates and deletes in one folder at the same time without failing either", async (store) => {
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const key = `busy/folder/${index}`;
        for (let round = 0; round < 4; round++) {
          await store.put(key, bytes(`${round}`));
          await store.delete(key);
        }
      }),
    );
    assert.deepEqual(await keys(store, "busy/"), []);
  });

  return cases;
}

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const text = (value: Uint8Array | undefined): string => (value ? Buffer.from(value).toString() : "(absent)");
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function* streamOf(body: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.byteLength; at += 1000) yield body.subarray(at, at + 1000);
}

async function keys(
  store: ObjectStore,
  prefix: string,
  options: { startAfter?: string; signal?: AbortSignal } = {},
): Promise<string[]> {
  return (await metas(store, prefix, options)).map(({ key }) => key);
}

async function metas(
  store: ObjectStore,
  prefix: string,
  options: { startAfter?: string; signal?: AbortSignal } = {},
): Promise<ObjectMeta[]> {
  const found: ObjectMeta[] = [];
  for await (const meta of store.list(prefix, options)) found.push(meta);
  return found;
}

function etagOf(meta: ObjectMeta | undefined): string {
  assert.ok(meta?.etag, "a store with putIfMatch gives an etag with each meta");
  return meta.etag;
}
