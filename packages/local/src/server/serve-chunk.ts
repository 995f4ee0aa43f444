import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { sendFaultyChunk } from "./chunk-fault.ts";
import { chunkFile } from "./result-format.ts";
import { chunkContentType } from "./result-store.ts";
import type { ServerContext } from "./server-context.ts";

/** `GET` of a chunk's presigned URL, answered from disk as object storage would, with errors in its XML. */
export async function serveChunk(
  request: IncomingMessage,
  response: ServerResponse,
  { url, context }: { url: URL; context: ServerContext },
): Promise<void> {
  const verdict = context.urls.read(url);
  if (verdict.status === "forged") return refuse(response, 403, "SignatureDoesNotMatch");
  const { queryId, chunk } = verdict;
  context.stats.countChunk(queryId, chunk);
  const occasion = { on: "chunk", chunk, queryTag: context.queries.find(queryId)?.state.queryTag } as const;
  if (verdict.status === "expired" || context.faults.strike(["chunkExpired"], occasion) !== undefined)
    return refuse(response, 403, "AccessDenied");
  const status = context.faults.strike(["chunkStatus"], occasion)?.status;
  if (status !== undefined) return refuse(response, status, "SlowDown");

  const manifest = await context.results.read(queryId);
  if (manifest?.chunks[chunk] === undefined) return refuse(response, 404, "NoSuchKey");
  if (request.headers["x-amz-server-side-encryption-customer-algorithm"] !== "AES256")
    return refuse(response, 400, "InvalidRequest");
  if (request.headers["x-amz-server-side-encryption-customer-key"] !== manifest.chunkKey)
    return refuse(response, 403, "AccessDenied");

  const body = await readFile(join(context.results.folderOf(queryId), chunkFile(chunk)));
  response.setHeader("Content-Type", chunkContentType(manifest));
  response.setHeader("Content-Encoding", "gzip");
  const fault = context.faults.strike(
    [
      "chunkReset",
      "chunkTruncated",
      "chunkEmpty",
      "chunkRowMissing",
      "chunkRowDuplicated",
      "chunkSlow",
      "chunkStalled",
    ],
    occasion,
  );
  context.stats.countSent(body.length);
  if (fault !== undefined) return sendFaultyChunk(response, body, fault);
  response.setHeader("Content-Length", body.length);
  response.end(body);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "Content-Type": "application/xml" });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`);
}
