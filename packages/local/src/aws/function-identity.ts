import { createHash } from "node:crypto";
import type { AwsIdentity } from "../server/config.ts";

export interface FunctionOfRole {
  readonly functionArn: string;
  readonly roleArn: string;
}

/**
 * The keys that the emulator, with `enforceIam`, runs a function with, and the role's session that they are of: what a local
 * Snowflake has to know (`awsIdentities`) so that the function can log in by its role. Pure; the emulator derives them the same way.
 */
export function functionIdentity({
  functionArn,
  roleArn,
}: FunctionOfRole): AwsIdentity & { readonly sessionToken: string } {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const digest = hash(`${functionArn}:${roleArn}`);
  const [, , , , account = "", , name = ""] = functionArn.split(":");
  const role = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  return {
    accessKeyId: `ASIA${digest.slice(0, 16).toUpperCase()}`,
    secretAccessKey: hash(`secret:${digest}`),
    sessionToken: hash(`token:${digest}`),
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${name.slice(0, 64)}`,
  };
}
