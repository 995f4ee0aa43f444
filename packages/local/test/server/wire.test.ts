import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MemoryServer, startMemoryServer } from "./server-with-memory.ts";

interface Reply {
  readonly success: boolean;
  readonly code: string | null;
  readonly data: {
    readonly token: string;
    readonly queryId: string;
    readonly rowset: readonly (readonly string[])[];
    readonly chunks: readonly { url: string; rowCount: number; compressedSize: number; uncompressedSize: number }[];
    readonly chunkHeaders: Record<string, string>;
    readonly qrmk: string;
    readonly total: number;
    readonly parameters: readonly { name: string; value: unknown }[];
  };
}

const FIRST_CHUNK = 2000;
const MAX_CHUNK = 16_000;

describe("the wire protocol", () => {
  let server: MemoryServer;
  let token: string;
  beforeEach(async () => {
    server = await startMemoryServer({
      results: { inlineRows: 20, firstChunkBytes: FIRST_CHUNK, maxChunkBytes: MAX_CHUNK },
    });
    const { account, user, password } = server.facts;
    const data = { ACCOUNT_NAME: account, LOGIN_NAME: user, PASSWORD: password };
    token = (await post("/session/v1/login-request", { data })).data.token;
  });
  afterEach(() => server[Symbol.asyncDispose]());

  async function post(path: string, body: unknown, gzipped = true): Promise<Reply> {
    const text = JSON.stringify(body);
    const response = await fetch(`${server.origin}${path}`, {
      method: "POST",
      headers: { authorization: `Snowflake Token="${token}"`, ...(gzipped ? { "content-encoding": "gzip" } : {}) },
      body: gzipped ? gzipSync(text) : text,
    });
    return (await response.json()) as Reply;
  }
  const run = (sqlText: string) => post("/queries/v1/query-request", { sqlText });

  it("reads bodies that are gzipped, plain, or announced wrongly", async () => {
    expect((await post("/queries/v1/query-request", { sqlText: "ROWS 1" }, false)).success).toBe(true);
    const response = await fetch(`${server.origin}/queries/v1/query-request`, {
      method: "POST",
      headers: { authorization: `Snowflake Token="${token}"`, "content-encoding": "gzip" },
      body: JSON.stringify({ sqlText: "ROWS 1" }),
    });
    expect(((await response.json()) as Reply).success).toBe(true);
  });

  it("tells drivers the output formats they need", async () => {
    const { data } = await run("ROWS 1");
    const parameters = Object.fromEntries(data.parameters.map(({ name, value }) => [name, value]));
    expect(parameters).toMatchObject({
      BINARY_OUTPUT_FORMAT: "HEX",
      CLIENT_TELEMETRY_ENABLED: false,
      CLIENT_PREFETCH_THREADS: 4,
    });
  });

  it("serves chunks whose sizes and counts are as announced, doubling up to the largest", async () => {
    const { data } = await run("ROWS 3000");
    const rows: unknown[] = [...data.rowset];
    for (const [index, chunk] of data.chunks.entries()) {
      const response = await fetch(chunk.url, { headers: data.chunkHeaders });
      expect(response.headers.get("content-type")).not.toContain("application/json");
      expect(Number(response.headers.get("content-length"))).toBe(chunk.compressedSize);
      const text = await response.text();
      expect(Buffer.byteLength(text)).toBe(chunk.uncompressedSize);
      expect(chunk.uncompressedSize).toBeLessThanOrEqual(Math.min(FIRST_CHUNK * 2 ** index, MAX_CHUNK));
      const chunkRows = JSON.parse(`[${text}]`);
      expect(chunkRows).toHaveLength(chunk.rowCount);
      rows.push(...chunkRows);
    }
    expect(data.rowset).toHaveLength(20);
    expect(rows.map((row) => (row as string[])[0])).toEqual([...Array(3000).keys()].map(String));
  });

  it("gives a chunk to whoever has its url and its key, and to nobody else", async () => {
    const { data } = await run("ROWS 3000");
    const url = data.chunks[0]?.url ?? "";
    const key = "x-amz-server-side-encryption-customer-key";
    expect((await fetch(url, { headers: data.chunkHeaders })).status).toBe(200);
    expect((await fetch(url)).status).toBe(400);
    expect((await fetch(url, { headers: { ...data.chunkHeaders, [key]: "other" } })).status).toBe(403);
    expect((await fetch(url.replace(/\/0\?/, "/1?"), { headers: data.chunkHeaders })).status).toBe(403);
    expect((await fetch(url.replace(/Expires=\d/, "Expires=9"), { headers: data.chunkHeaders })).status).toBe(403);
    expect((await fetch(url.split("?")[0] ?? "", { headers: data.chunkHeaders })).status).toBe(403);
  });

  it("lets a chunk url expire after six hours, and gives a fresh one for the same query", async () => {
    const { data } = await run("ROWS 3000");
    await server.admin.advanceClock(6 * 3_600_000 + 1000);
    expect((await fetch(data.chunks[0]?.url ?? "", { headers: data.chunkHeaders })).status).toBe(403);
    const { account, user, password } = server.facts;
    const login = { data: { ACCOUNT_NAME: account, LOGIN_NAME: user, PASSWORD: password } };
    token = (await post("/session/v1/login-request", login)).data.token;
    const response = await fetch(`${server.origin}/queries/${data.queryId}/result`, {
      headers: { authorization: `Snowflake Token="${token}"` },
    });
    const fresh = ((await response.json()) as Reply).data;
    expect((await fetch(fresh.chunks[0]?.url ?? "", { headers: fresh.chunkHeaders })).status).toBe(200);
  });

  it("stores chunks as they are served, and nothing but them", async () => {
    const { data } = await run("ROWS 3000");
    const folder = join(server.dataDir, "results", data.queryId);
    const names = await readdir(folder);
    expect(names.filter((name) => !name.startsWith("chunk-")).sort()).toEqual([
      "inline.json",
      "manifest.json",
      "query.json",
    ]);
    const stored = gunzipSync(await readFile(join(folder, "chunk-00000.gz"))).toString();
    expect(JSON.parse(`[${stored}]`)).toHaveLength(data.chunks[0]?.rowCount ?? -1);
  });

  it("answers a made-up token, a strange path and a malformed body in words", async () => {
    token = "ver:1-hint:1-forged.forged";
    expect(await run("ROWS 1")).toMatchObject({ success: false, code: "390104" });
    expect((await fetch(`${server.origin}/nowhere`, { method: "POST" })).status).toBe(404);
    const malformed = await fetch(`${server.origin}/session/v1/login-request`, { method: "POST", body: "{" });
    expect(malformed.status).toBe(400);
  });

  it("is closed to web pages that rebind their name, and its admin endpoint to strangers", async () => {
    const { request } = await import("node:http");
    const status = await new Promise((resolve) => {
      const headers = { host: "evil.example" };
      request(`${server.origin}/queries/v1/query-request`, { headers }, (response) =>
        resolve(response.statusCode),
      ).end();
    });
    expect(status).toBe(403);
    expect((await fetch(`${server.origin}/__admin/stats`)).status).toBe(401);
  });
});
