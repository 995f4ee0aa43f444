import { createServer, request as forward } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

export interface ProxyWatch {
  /** Told of each request as it comes and as its answer is complete. */
  readonly onBegin?: (path: string) => void;
  readonly onEnd?: (path: string) => void;
  readonly onExchange?: (exchange: {
    readonly authorization: string;
    readonly sent: string;
    readonly received: string;
  }) => void;
  /** How much longer each answer takes. */
  readonly delayMs?: number;
}

export interface WatchedProxy extends AsyncDisposable {
  readonly port: number;
}

/** A server in front of another of this machine that passes everything through, and is watched. */
export async function openProxy(target: number, watch: ProxyWatch): Promise<WatchedProxy> {
  const server = createServer((request, response) => {
    const { method, url: path = "" } = request;
    watch.onBegin?.(path);
    response.on("close", () => watch.onEnd?.(path));
    const sent: Buffer[] = [];
    request.on("data", (part) => sent.push(part));
    request.on("end", async () => {
      await delay(watch.delayMs ?? 0);
      const body = Buffer.concat(sent);
      // Answers are read on the way, so nobody may compress them.
      const headers = { ...request.headers, "accept-encoding": "identity" };
      const onward = forward({ port: target, host: "127.0.0.1", method, path, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const received = Buffer.concat(parts);
          watch.onExchange?.({
            authorization: request.headers.authorization ?? "",
            sent: body.toString("utf8"),
            received: received.toString("utf8"),
          });
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          response.end(received);
        });
        answer.on("error", () => response.destroy());
      });
      onward.on("error", () => response.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    port: address.port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
