import { generateKeyPairSync } from "node:crypto";
import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { type LocalSnowflake, startLocalSnowflake } from "@snowmelt/local";
import { openSnowflake } from "@snowmelt/snowflake";

export const pair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });

/** The body of a public key, as SQL takes it. */
export const body = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, "");

export interface KeyPairUser extends AsyncDisposable {
  readonly server: LocalSnowflake;
  /** How the user `LOADER` logs in, but for its key. */
  readonly connection: {
    readonly account: string;
    readonly host: string;
    readonly port: number;
    readonly protocol: "http";
    readonly username: string;
    readonly loginAttempts: number;
  };
  /** Runs SQL as the account's administrator. */
  sql(text: string): Promise<readonly (readonly (string | null)[])[]>;
}

/** A local Snowflake, in this process, with a user `LOADER` that has no key yet. */
export async function startKeyPairUser(): Promise<KeyPairUser> {
  const server = await startLocalSnowflake({ inProcess: true, users: [{ name: "LOADER" }] });
  const { account, host, port } = server;
  const connection = { account, host, port, protocol: "http", username: "LOADER", loginAttempts: 1 } as const;
  const secrets = memorySecrets({ "env:PASSWORD": server.password });
  const auth = { kind: "password", password: secretRef("env:PASSWORD") } as const;
  const admin = await openSnowflake({ ...connection, username: server.user, auth }, { secrets });
  return {
    server,
    connection,
    sql: async (text) => (await admin.query(text)).rows,
    async [Symbol.asyncDispose]() {
      await admin.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
