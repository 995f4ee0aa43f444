import { once } from "node:events";
import { createInterface } from "node:readline";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { ChildMessage } from "./child-protocol.ts";
import { openDuckEngine } from "./duck-engine.ts";
import { openLocalServer } from "./local-server.ts";

/** The server as a process: configuration in by the first line of input, messages out by lines; it ends with its input. */
async function main(): Promise<void> {
  const input = createInterface({ input: process.stdin });
  // A terminal's Ctrl-C reaches the whole group: the parent decides, and its end closes the input.
  process.on("SIGINT", () => undefined);
  const stopped = Promise.race([once(input, "close"), once(process, "SIGTERM")]);
  const [line] = await once(input, "line");
  const openEngine = openDuckEngine((text) => tell({ event: "progress", text }));
  const opening = openLocalServer(JSON.parse(String(line)), { openEngine });
  const server = await Promise.race([opening, stopped.then(() => undefined)]);
  if (server === undefined) return;
  tell({ event: "ready", facts: server.facts, adminToken: server.adminToken });
  await stopped;
  await server[Symbol.asyncDispose]();
}

function tell(message: ChildMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const code = isSnowmeltError(error) ? error.code : "LOCAL_START_FAILED";
  if (!isSnowmeltError(error)) console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  process.stdout.write(`${JSON.stringify({ event: "failed", code, message })}\n`, () => process.exit(1));
}
