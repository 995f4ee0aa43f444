import { gunzipSync, gzipSync } from "node:zlib";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { pipelineError } from "../../pipeline-error.ts";

export type Item = Record<string, AttributeValue>;

/** An item holds 400 KB; some of it are keys. */
const maxBodyBytes = 380_000;
/** Above it JSON is packed: what is small stays readable in the console. */
const plainBytes = 4096;

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });

/** JSON as an attribute, packed where it is long. Throws RUN_TOO_LARGE, naming `what`, for more than an item holds. */
export function toBody(value: unknown, what: string): AttributeValue {
  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) <= plainBytes) return { S: json };
  const packed = gzipSync(json);
  if (packed.byteLength > maxBodyBytes) {
    throw pipelineError(
      "RUN_TOO_LARGE",
      `${what} takes ${packed.byteLength} bytes packed, ${json.length} as JSON; an item of the engine's table holds ${maxBodyBytes}. Results are to say where data is, not to hold it; and a run of fewer datasets is smaller.`,
      { details: { packedBytes: packed.byteLength, maxBytes: maxBodyBytes } },
    );
  }
  return { B: packed };
}

/** The JSON of `body`; undefined where there is none, or it is damaged. */
export function bodyOf(item: Item): unknown {
  const body = item.body;
  try {
    if (body?.S !== undefined) return JSON.parse(body.S);
    return body?.B === undefined ? undefined : JSON.parse(gunzipSync(body.B).toString("utf8"));
  } catch {
    return undefined;
  }
}

export const textOf = (item: Item, name: string): string | undefined => item[name]?.S;

export function numberOf(item: Item, name: string): number | undefined {
  const value = item[name]?.N;
  return value === undefined ? undefined : Number(value);
}
