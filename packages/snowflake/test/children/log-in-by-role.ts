import { isSnowmeltError } from "@snowmelt/core/errors";
import { memorySecrets } from "@snowmelt/core/ports";
import { openSnowflake } from "../../src/index.ts";

/** Logs in by whatever identity the environment gives, and prints as whom, or why not. */
const [account = "", host = "", port = "0"] = process.argv.slice(2);
try {
  await using session = await openSnowflake(
    { account, host, port: Number(port), protocol: "http", auth: { kind: "workloadIdentity" }, loginAttempts: 1 },
    { secrets: memorySecrets({}) },
  );
  const { rows } = await session.query("SELECT CURRENT_USER()");
  console.log(JSON.stringify({ user: rows[0]?.[0] }));
} catch (error) {
  if (!isSnowmeltError(error)) throw error;
  console.log(JSON.stringify({ code: error.code, message: error.message, retryable: error.retryable }));
}
