import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { openSnowflake, type SnowflakeSession } from "../src/index.ts";

interface ScriptedColumn {
  readonly name: string;
  readonly type: string;
  readonly scale?: number;
  readonly fields?: readonly unknown[];
}

/** One answer for every statement: what a real server sends only when it is broken. */
export interface Script {
  readonly columns: readonly ScriptedColumn[];
  readonly rows: readonly (readonly unknown[])[];
  /** Bodies of chunks as they are sent, with the row count announced for each. */
  readonly chunks?: readonly { readonly body: string; readonly rowCount: number; readonly delayMs?: number }[];
}

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  readonly session: SnowflakeSession;
}

/** A server of a few lines for the driver's traps that no server in good order can set. */
export async function startScriptedServer({ columns, rows, chunks = [] }: Script): Promise<ScriptedServer> {
  const queryId = "01b00000-0000-0000-0000-000000000001";
  const parameters = [{ name: "BINARY_OUTPUT_FORMAT", value: "HEX" }];
  const server = createServer((request, response) => {
    request.resume();
    const path = new URL(request.url ?? "/", "http://local").pathname;
    const chunk = /^\/chunk\/(\d+)$/.exec(path);
    if (chunk) {
      response.setHeader("content-type", "binary/octet-stream");
      const { body, delayMs = 0 } = chunks[Number(chunk[1])] ?? {};
      setTimeout(() => response.end(body), delayMs);
      return;
    }
    const data = (): unknown => {
      if (path.includes("login-request")) {
        return { token: "t", masterToken: "m", validityInSeconds: 3600, masterValidityInSeconds: 14_400, parameters };
      }
      if (path.startsWith("/monitoring")) return { queries: [{ status: "SUCCESS" }] };
      const total = rows.length + chunks.reduce((sum, { rowCount }) => sum + rowCount, 0);
      return {
        queryId,
        version: 1,
        rowtype: columns.map((column) => ({ nullable: true, precision: null, scale: null, length: 10, ...column })),
        rowset: rows,
        total,
        returned: total,
        parameters,
        chunks: chunks.map(({ rowCount }, index) => ({
          url: `http://127.0.0.1:${portOf()}/chunk/${index}`,
          rowCount,
          compressedSize: 1,
          uncompressedSize: 1,
        })),
      };
    };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ success: true, code: null, message: null, data: data() }));
  });
  const portOf = (): number => (server.address() as AddressInfo).port;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const session = await openSnowflake(
    {
      account: "acc",
      host: "127.0.0.1",
      port: portOf(),
      protocol: "http",
      username: "u",
      auth: { kind: "password", password: secretRef("env:P") },
    },
    { secrets: memorySecrets({ "env:P": "secret" }) },
  );
  return {
    port: portOf(),
    session,
    async [Symbol.asyncDispose]() {
      await session.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
