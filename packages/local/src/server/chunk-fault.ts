import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { FaultOf } from "./faults.ts";

const gunzipAsync = promisify(gunzip);
const gzipAsync = promisify(gzip);

export type BodyFault = FaultOf<
  | "chunkReset"
  | "chunkTruncated"
  | "chunkEmpty"
  | "chunkRowMissing"
  | "chunkRowDuplicated"
  | "chunkSlow"
  | "chunkStalled"
>;

/** Sends a chunk with something wrong in it. */
export async function sendFaultyChunk(response: ServerResponse, body: Buffer, fault: BodyFault): Promise<void> {
  switch (fault.kind) {
    case "chunkTruncated":
      return sendWhole(response, body.subarray(0, Math.ceil(body.length / 2)));
    case "chunkEmpty":
      return sendWhole(response, await gzipAsync(""));
    case "chunkRowMissing":
      return sendWhole(response, await editRows(body, () => []));
    case "chunkRowDuplicated":
      return sendWhole(response, await editRows(body, (row) => [row, row]));
    case "chunkReset":
      response.setHeader("Content-Length", body.length);
      response.write(body.subarray(0, body.length >> 1), () => response.socket?.resetAndDestroy());
      return;
    case "chunkStalled":
      response.setHeader("Content-Length", body.length);
      response.write(body.subarray(0, body.length >> 1));
      return;
    case "chunkSlow":
      return sendSlowly(response, body, fault.bytesPerSecond);
    default:
      fault satisfies never;
  }
}

/** A chunk of which the middle row was replaced by other rows. */
async function editRows(body: Buffer, edit: (row: string) => readonly string[]): Promise<Buffer> {
  const rows = (await gunzipAsync(body)).toString().split(",\n");
  const middle = rows.length >> 1;
  const edited = [...rows.slice(0, middle), ...edit(rows[middle] ?? ""), ...rows.slice(middle + 1)];
  return gzipAsync(edited.join(",\n"), { level: 1 });
}

function sendWhole(response: ServerResponse, body: Buffer): void {
  response.setHeader("Content-Length", body.length);
  response.end(body);
}

const SLICES_PER_SECOND = 20;

async function sendSlowly(response: ServerResponse, body: Buffer, bytesPerSecond: number): Promise<void> {
  response.setHeader("Content-Length", body.length);
  const sliceBytes = Math.max(1, Math.ceil(bytesPerSecond / SLICES_PER_SECOND));
  for (let at = 0; at < body.length && !response.destroyed; at += sliceBytes) {
    response.write(body.subarray(at, at + sliceBytes));
    await sleep((1000 * sliceBytes) / bytesPerSecond);
  }
  response.end();
}
