import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const gzipAsync = promisify(gzip);
const COMPRESS_FROM_BYTES = 1024;

export interface JsonReply {
  readonly status: number;
  readonly body: unknown;
}

/** Sends JSON, gzipped when the client takes it and it pays. Returns the bytes sent. */
export async function sendJson(request: IncomingMessage, response: ServerResponse, reply: JsonReply): Promise<number> {
  const text = Buffer.from(JSON.stringify(reply.body));
  const takesGzip = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  const compressed = takesGzip && text.length >= COMPRESS_FROM_BYTES;
  const body = compressed ? await gzipAsync(text, { level: 1 }) : text;
  response.writeHead(reply.status, {
    "Content-Type": "application/json",
    "Content-Length": body.length,
    ...(compressed ? { "Content-Encoding": "gzip" } : {}),
  });
  response.end(body);
  return body.length;
}
