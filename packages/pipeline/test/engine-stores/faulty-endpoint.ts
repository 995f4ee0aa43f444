import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to a request for an operation, such as `TransactWriteItems`. */
export type EndpointFault =
  /** It is refused with that answer, and does nothing. */
  | { readonly kind: "answer"; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  /** It does what it does, and the answer is lost. */
  | { readonly kind: "lostAnswer" };

export interface FaultyEndpoint extends AsyncDisposable {
  readonly url: string;
  /** The next requests for an operation meet these, one each. */
  plan(operation: string, faults: readonly EndpointFault[]): void;
  /** Requests so far, by operation. */
  readonly counts: ReadonlyMap<string, number>;
}

/** An endpoint of DynamoDB in front of a real one, that fails as it is told. */
export async function openFaultyEndpoint(target: string): Promise<FaultyEndpoint> {
  const faults = new Map<string, EndpointFault[]>();
  const counts = new Map<string, number>();
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const operation = String(incoming.headers["x-amz-target"]).split(".")[1] ?? "";
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
      const body = await bodyOf(incoming);
      const fault = faults.get(operation)?.shift();
      if (fault?.kind === "answer") {
        outgoing.writeHead(fault.status, { "content-type": "application/x-amz-json-1.0" });
        outgoing.end(JSON.stringify(fault.body));
        return;
      }
      const forwarded = request(target, { method: incoming.method, headers: incoming.headers, path: incoming.url });
      forwarded.end(body);
      const [answer] = (await once(forwarded, "response")) as [IncomingMessage];
      const answered = await bodyOf(answer);
      if (fault?.kind === "lostAnswer") {
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      outgoing.end(answered);
    })().catch(() => incoming.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    plan: (operation, planned) => void faults.set(operation, [...planned]),
    counts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
