import { lookup } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isLoopback } from "@snowmelt/core/network";
import type { Post, PostReply, PostRequest } from "./post.ts";
import { isPublicAddress } from "./public-address.ts";

export interface PostOptions {
  /** PEM, beside those that this machine trusts: of a company's own authority. */
  readonly ca?: string;
  /** How names become addresses. @default the system's */
  readonly lookup?: typeof lookup;
}

const maxReplyBytes = 4096;

/**
 * Sends by https, or in the clear to this machine alone. Follows no redirect. The address that is looked at is the one that is connected to:
 * a name that means a private address, or comes to mean one, is refused. Each request has a connection of its own.
 */
export function openPost(options: PostOptions = {}): Post {
  return async (request) => {
    request.signal?.throwIfAborted();
    const url = URL.parse(request.url.reveal());
    const reason = forbidden(url);
    if (!url || reason !== undefined) return { kind: "forbidden", reason: reason ?? "the address is no URL" };
    return send(url, request, options);
  };
}

function forbidden(url: URL | null): string | undefined {
  if (!url) return "the address is no URL";
  const host = hostOf(url);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(host))) {
    return "the address is not https: nothing is sent in the clear, but to this machine";
  }
  if (url.username !== "" || url.password !== "") return "the address has a user or a password in it";
  return isIP(host) !== 0 && !isLoopback(host) && !isPublicAddress(host) ? privateReason : undefined;
}

function send(url: URL, { headers, body, timeoutMs, signal }: PostRequest, options: PostOptions): Promise<PostReply> {
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      if (signal?.aborted) reject(signal.reason);
      else if (limit.aborted) resolve({ kind: "failed", reason: `no answer within ${timeoutMs} ms` });
      else if (codeOf(error) === privateCode) resolve({ kind: "forbidden", reason: privateReason });
      else resolve({ kind: "failed", reason: codeOf(error) });
    };
    const requestBy = url.protocol === "https:" ? requestHttps : requestHttp;
    const sent = requestBy(
      url,
      {
        method: "POST",
        agent: false,
        headers: { "content-type": "application/json", ...headers, "content-length": Buffer.byteLength(body) },
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        lookup: isLoopback(hostOf(url)) ? (options.lookup ?? lookup) : publicLookup(options.lookup ?? lookup),
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const finish = (): void => {
          const retryAfter = answer.headers["retry-after"];
          const text = Buffer.concat(chunks).subarray(0, maxReplyBytes).toString("utf8");
          const more = retryAfter === undefined ? {} : { retryAfter };
          resolve({ kind: "answered", status: answer.statusCode ?? 0, body: text, ...more });
        };
        answer.on("data", (chunk: Buffer) => {
          if (size < maxReplyBytes) chunks.push(chunk);
          size += chunk.length;
          if (size < maxReplyBytes) return;
          finish();
          answer.destroy();
        });
        answer.on("end", finish);
        answer.on("error", fail);
      },
    );
    sent.on("error", fail);
    sent.end(body);
  });
}

const privateCode = "SNOWMELT_PRIVATE_ADDRESS";
const privateReason =
  "the address is a private one; messages go to the internet, or to this machine by the name localhost";

/** Every address that a name has must be public: which of them is taken is chance. */
function publicLookup(resolve: typeof lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(Object.assign(new Error(privateReason), { code: privateCode }), []);
      }
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** A code alone: messages of the network may hold the address. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "the connection failed";
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1");
