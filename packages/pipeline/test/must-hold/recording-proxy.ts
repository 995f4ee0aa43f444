import { createServer, request as forward } from "node:http";

/** A server in front of another that passes everything through and remembers each secret that goes by. */
export interface RecordingProxy extends AsyncDisposable {
  readonly port: number;
  readonly secrets: ReadonlySet<string>;
  /** Kinds of secret that were seen: `password`, `token`, `masterToken`, `qrmk`, `url`, `signature`. */
  readonly kinds: ReadonlySet<string>;
}

export async function openRecordingProxy(target: number): Promise<RecordingProxy> {
  const secrets = new Set<string>();
  const kinds = new Set<string>();
  const remember = (kind: string, value: string | undefined): void => {
    if (value === undefined || value === "") return;
    kinds.add(kind);
    secrets.add(value);
  };
  const remark = (text: string): void => {
    for (const [, kind, value] of text.matchAll(/"(token|masterToken|sessionToken|qrmk|PASSWORD|password)":"([^"]+)"/g))
      remember(kind ?? "", value);
    for (const [, url] of text.matchAll(/"url":"(http[^"]+)"/g)) {
      remember("url", url);
      for (const [, value] of new URL(url ?? "").searchParams) if (value.length > 12) remember("signature", value);
    }
  };
  const server = createServer((request, response) => {
    for (const [, token] of (request.headers.authorization ?? "").matchAll(/Token="([^"]+)"/g))
      remember("token", token);
    const { method, url: path } = request;
    const sent: Buffer[] = [];
    request.on("data", (part) => sent.push(part));
    request.on("end", () => {
      const body = Buffer.concat(sent);
      remark(body.toString("utf8"));
      // Answers are read on the way, so nobody may compress them.
      const headers = { ...request.headers, "accept-encoding": "identity" };
      const onward = forward({ port: target, host: "127.0.0.1", method, path, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const reply = Buffer.concat(parts);
          remark(reply.toString("utf8"));
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          response.end(reply);
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
    secrets,
    kinds,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
