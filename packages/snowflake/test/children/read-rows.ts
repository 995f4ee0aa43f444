import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { openSnowflake } from "../../src/index.ts";

const [port = "0", queryId = ""] = process.argv.slice(2);
const session = await openSnowflake(
  {
    account: "acc",
    host: "127.0.0.1",
    port: Number(port),
    protocol: "http",
    username: "u",
    auth: { kind: "password", password: secretRef("env:P") },
  },
  { secrets: memorySecrets({ "env:P": "secret" }) },
);
const result = await session.openResult(queryId);
await result.read({ start: 0, end: result.rowCount }, { stallMs: 500, onRows: () => undefined });
await session.close();
