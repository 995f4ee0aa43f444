import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { type GetSecretOptions, Secret, type Secrets, type SecretVersion, systemClock } from "@snowmelt/core/ports";
import { pipelineError } from "../../pipeline-error.ts";
import { type AwsSecret, parseAwsSecret, pickField } from "./aws-secret.ts";
import { connectSecretsManager, type SecretsManagerOptions } from "./secrets-connection.ts";

export interface OpenSecretsManagerOptions extends SecretsManagerOptions {
  /** How long what was read is answered with again, unless `refresh` is asked for. 0 keeps nothing. @default 300_000 */
  readonly cacheMs?: number;
}

/** Secrets that are called by their stage. */
export interface AwsSecrets extends Secrets, AsyncDisposable {}

const stages = {
  current: "AWSCURRENT",
  pending: "AWSPENDING",
  previous: "AWSPREVIOUS",
} as const satisfies Record<SecretVersion, string>;

/**
 * The secrets of AWS Secrets Manager by `aws:<name or ARN>[#<field of its JSON>]`. Only AWSCURRENT is kept, in memory and for
 * `cacheMs`: it is what every login starts with; the others are asked for when something is wrong, and afresh.
 * Rejects with SECRET_NOT_FOUND, SECRET_INVALID, SECRETS_DENIED, SECRETS_KMS_REFUSED, SECRETS_REFUSED, RETRIES_EXHAUSTED (throttled
 * or not reachable) and ABORTED. May be retried.
 */
export function openSecretsManager(options: OpenSecretsManagerOptions = {}): AwsSecrets {
  const { cacheMs = 300_000, clock = systemClock } = options;
  const connection = connectSecretsManager(options);
  const kept = new Map<string, { readonly text: Secret; readonly untilMs: number }>();

  const read = async (id: string, version: SecretVersion, signal: AbortSignal | undefined): Promise<Secret> => {
    const asked = { id, what: `read ${stages[version]} of`, actions: "secretsmanager:GetSecretValue", signal };
    const { SecretString } = await connection.request(asked, (client, sending) =>
      client.send(new GetSecretValueCommand({ SecretId: id, VersionStage: stages[version] }), sending),
    );
    if (SecretString !== undefined) return new Secret(SecretString);
    throw pipelineError("SECRET_INVALID", `The secret ${id} is binary. Expected text: store it as SecretString.`);
  };
  const current = async ({ id }: AwsSecret, { refresh = false, signal }: GetSecretOptions): Promise<Secret> => {
    const known = kept.get(id);
    if (known !== undefined && !refresh && clock.nowMs() < known.untilMs) return known.text;
    const untilMs = clock.nowMs() + cacheMs;
    const text = await read(id, "current", signal);
    kept.set(id, { text, untilMs });
    return text;
  };
  return {
    async get(ref, asked = {}) {
      const secret = parseAwsSecret(ref);
      const { version = "current", signal } = asked;
      const text = version === "current" ? await current(secret, asked) : await read(secret.id, version, signal);
      return new Secret(pickField(text.reveal(), secret));
    },
    async [Symbol.asyncDispose]() {
      kept.clear();
      await connection[Symbol.asyncDispose]();
    },
  };
}
