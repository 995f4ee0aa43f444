import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeAtomically } from "./write-atomically.ts";

/** The secrets of one data folder. They outlive a restart, so tokens and URLs given out before it still hold. */
export const ServerIdentity = z.object({
  /** Signs session tokens and chunk URLs. */
  signingKey: z.string(),
  /** Password of the default user. */
  password: z.string(),
  /** Opens the admin endpoint. */
  adminToken: z.string(),
});
export type ServerIdentity = z.infer<typeof ServerIdentity>;

/** Reads the folder's secrets, or makes them the first time (readable by the owner alone). */
export async function loadServerIdentity(dataDir: string): Promise<ServerIdentity> {
  const path = join(dataDir, "server.json");
  const known = await readJson(path, ServerIdentity);
  if (known !== undefined) return known;
  const identity: ServerIdentity = {
    signingKey: randomBytes(32).toString("base64url"),
    password: randomBytes(12).toString("base64url"),
    adminToken: randomBytes(24).toString("base64url"),
  };
  await writeAtomically(path, JSON.stringify(identity), 0o600);
  return identity;
}
