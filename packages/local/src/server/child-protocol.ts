import { z } from "zod";
import { ConnectionFacts } from "./connection-facts.ts";

/** A line that the server's process writes to its standard output. Its first line of input is its configuration. */
export const ChildMessage = z.discriminatedUnion("event", [
  z.object({ event: z.literal("progress"), text: z.string() }),
  z.object({ event: z.literal("ready"), facts: ConnectionFacts, adminToken: z.string() }),
  z.object({ event: z.literal("failed"), code: z.string(), message: z.string() }),
]);
export type ChildMessage = z.infer<typeof ChildMessage>;
