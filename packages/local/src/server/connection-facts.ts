import { z } from "zod";

/** What a client needs to connect; the same words as the drivers' options. */
export const ConnectionFacts = z.object({
  host: z.string(),
  port: z.number(),
  protocol: z.literal("http"),
  account: z.string(),
  user: z.string(),
  password: z.string(),
  database: z.string(),
  schema: z.string(),
  warehouse: z.string(),
});
export type ConnectionFacts = z.infer<typeof ConnectionFacts>;
