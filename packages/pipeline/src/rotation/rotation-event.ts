import { z } from "zod";

/** What Secrets Manager calls a rotation function with, once for each step; what else it says is of no matter. */
export const RotationEvent = z.object({
  /** ARN of the secret. */
  SecretId: z.string().min(1),
  /** Id of the version that is to become the current one. */
  ClientRequestToken: z.string().min(1),
  Step: z.enum(["createSecret", "setSecret", "testSecret", "finishSecret"]),
});
export type RotationEvent = z.infer<typeof RotationEvent>;
