import type { SnowflakeAuth } from "@snowmelt/core/definition";
import type { GetSecretOptions, Secret, SecretRef, Secrets } from "@snowmelt/core/ports";

/** The driver's options for one login, and the values in them that must never be shown. */
export interface Credentials {
  readonly options: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
}

/** Where in a rotation a login looks for its secret. */
export type CredentialsLook = Pick<GetSecretOptions, "version" | "refresh">;

/**
 * Where a key pair is looked for, one after the other while Snowflake refuses it: what the source of secrets still knows, what it
 * says afresh, what it is about to say, what it said before; and afresh once more, for a rotation that ended meanwhile.
 * Nothing else is tried again: a few wrong passwords lock a user.
 */
export const keyPairLooks: readonly CredentialsLook[] = [
  {},
  { refresh: true },
  { version: "pending", refresh: true },
  { version: "previous", refresh: true },
  { refresh: true },
];

/** Fetches the secrets of a login, each time so that a rotated one is found. Throws SECRET_NOT_FOUND. May be retried. */
export async function readCredentials(
  auth: SnowflakeAuth,
  { secrets, signal, look = {} }: ReadCredentialsOptions,
): Promise<Credentials> {
  const shown: string[] = [];
  const reveal = async (ref: SecretRef): Promise<string> => {
    const secret: Secret = await secrets.get(ref, { ...look, ...(signal ? { signal } : {}) });
    shown.push(secret.reveal());
    return secret.reveal();
  };
  const options = await driverOptions(auth, reveal);
  return { options, secrets: shown };
}

export interface ReadCredentialsOptions {
  readonly secrets: Secrets;
  readonly signal?: AbortSignal | undefined;
  /** @default the one in use, as the source of secrets may still know it */
  readonly look?: CredentialsLook;
}

async function driverOptions(
  auth: SnowflakeAuth,
  reveal: (ref: SecretRef) => Promise<string>,
): Promise<Readonly<Record<string, unknown>>> {
  switch (auth.kind) {
    case "password":
      return { authenticator: "SNOWFLAKE", password: await reveal(auth.password) };
    case "keyPair": {
      const privateKey = (await reveal(auth.privateKey)).trim();
      const privateKeyPass = auth.passphrase && (await reveal(auth.passphrase));
      return {
        authenticator: "SNOWFLAKE_JWT",
        privateKey,
        ...(privateKeyPass === undefined ? {} : { privateKeyPass }),
      };
    }
    case "oauth":
      return { authenticator: "OAUTH", token: (await reveal(auth.token)).trim() };
    case "pat":
      return { authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token: (await reveal(auth.token)).trim() };
    case "workloadIdentity":
      return {
        authenticator: "WORKLOAD_IDENTITY",
        workloadIdentityProvider: auth.provider,
        workloadIdentityAwsUseOutboundToken: auth.outboundToken,
        ...(auth.impersonate.length === 0 ? {} : { workloadIdentityImpersonationPath: auth.impersonate }),
      };
    default:
      return auth satisfies never;
  }
}
