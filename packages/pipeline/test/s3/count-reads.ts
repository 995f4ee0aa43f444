import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface DataRead {
  readonly path: string;
  /** Where the range ended; the file's size for a read to its end. */
  readonly end: number;
  readonly size: number;
  readonly bytes: number;
}

/** An S3 endpoint that passes everything on and counts what is read of Parquet files. */
export interface ReadCounter extends AsyncDisposable {
  readonly endpoint: string;
  reset(): void;
  ofDataFiles(): { readonly bytes: number; readonly requests: readonly DataRead[] };
}

export async function countReads(target: string): Promise<ReadCounter> {
  let requests: DataRead[] = [];
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const { method, url: path = "", headers } = incoming;
    const onward = request({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (method === "GET" && new URL(path, target).pathname.endsWith(".parquet")) {
        const bytes = Number(answer.headers["content-length"]);
        const [, last, size] = /bytes \d+-(\d+)\/(\d+)/.exec(answer.headers["content-range"] ?? "") ?? [];
        requests.push({ path, bytes, end: Number(last ?? bytes - 1) + 1, size: Number(size ?? bytes) });
      }
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${own}`,
    reset: () => {
      requests = [];
    },
    ofDataFiles: () => ({ bytes: requests.reduce((sum, { bytes }) => sum + bytes, 0), requests }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
