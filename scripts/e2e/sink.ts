import { createServer } from "node:http";

/** What an alert channel's receiver was sent, on this machine. */
export interface Sink extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly { readonly path: string; readonly body: string; readonly atMs: number }[];
}

export async function openSink(): Promise<Sink> {
  const received: { path: string; body: string; atMs: number }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        path: request.url ?? "/",
        body: Buffer.concat(chunks).toString("utf8"),
        atMs: Date.now(),
      });
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The sink has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
