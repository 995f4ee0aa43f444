import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | "hang"
  | "reset";

export interface HttpSink extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly received: readonly Received[];
  /** One after the other; the last for all that follow. */
  answer(...answers: readonly Answer[]): void;
}

/** A server on this machine that keeps what it gets and answers as it is told. By TLS with a certificate. */
export async function openHttpSink(tls?: { readonly key: string; readonly cert: string }): Promise<HttpSink> {
  const received: Received[] = [];
  let answers: readonly Answer[] = [{ status: 200, body: "ok" }];
  const server: Server = (tls ? createHttpsServer(tls) : createHttpServer()).on("request", (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString("utf8") });
      const [answer = { status: 200 }, ...rest] = answers;
      if (rest.length > 0) answers = rest;
      if (answer === "hang") return;
      if (answer === "reset") return void request.socket.destroy();
      response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return {
    port: address.port,
    url: `${tls ? "https" : "http"}://localhost:${address.port}`,
    received,
    answer: (...next) => {
      answers = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
