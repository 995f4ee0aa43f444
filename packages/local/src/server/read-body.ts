import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const gunzipAsync = promisify(gunzip);
const MAX_BODY_BYTES = 256 * 1024 * 1024;

export interface ReadBody {
  readonly json: unknown;
  /** Bytes on the wire. */
  readonly bytes: number;
}

/**
 * Reads a JSON body, gzipped or not. Decides by the bytes: the Node driver may announce `Content-Encoding: gzip` on a
 * body that it sends as it is.
 */
export async function readBody(request: IncomingMessage): Promise<ReadBody> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new RangeError(`The request body is larger than ${MAX_BODY_BYTES} bytes.`);
    parts.push(part);
  }
  if (bytes === 0) return { json: undefined, bytes };
  const body = Buffer.concat(parts);
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  const text = isGzip ? await gunzipAsync(body, { maxOutputLength: 2 * MAX_BODY_BYTES }) : body;
  return { json: JSON.parse(text.toString()), bytes };
}
