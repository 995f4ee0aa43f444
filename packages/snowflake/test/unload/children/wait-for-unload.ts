import { memorySecrets } from "@snowmelt/core/ports";
import { awaitUnload, openSnowflake, startUnload } from "../../../src/index.ts";

/** Starts the unload it is given, tells its query id, and waits, until it is killed. */
const { config, password, plan, requestId, queryTag } = JSON.parse(process.argv[2] ?? "{}");
const session = await openSnowflake(config, { secrets: memorySecrets({ "env:SNOWFLAKE_PASSWORD": password }) });
const queryId = await startUnload(session, plan, { requestId, queryTag });
process.stdout.write(`${queryId}\n`);
await awaitUnload(session, queryId, { plan });
process.stdout.write("ended\n");
