import { z } from "zod";

/** How the server reaches S3, in place of the role that a storage integration would assume. */
export const S3Access = z.strictObject({
  /** An S3 endpoint such as an emulator's; AWS itself when absent. Plain http is for loopback alone. */
  endpoint: z.url().optional(),
  region: z.string().min(1),
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1).optional(),
});
export type S3Access = z.infer<typeof S3Access>;
