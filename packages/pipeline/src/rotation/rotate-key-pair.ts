import { coreError, isSnowmeltError } from "@snowmelt/core/errors";
import { type Logger, Secret, type Secrets, type SecretVersion, secretRef, silentLogger } from "@snowmelt/core/ports";
import {
  openSnowflake,
  quoteIdentifier,
  quoteText,
  type SnowflakeConfigInput,
  type SnowflakeSession,
} from "@snowmelt/snowflake";
import { pipelineError } from "../pipeline-error.ts";
import { type PrivateKey, type PublicKey, publicKeyOf } from "./key-pair.ts";
import { type KeySecret, parseKeySecret, privateKeyOf, renewKeySecret } from "./key-secret.ts";
import { parseKeySlots, planKeySlot } from "./key-slots.ts";
import type { RotationEvent } from "./rotation-event.ts";
import type { SecretVersions } from "./secret-versions.ts";

export interface RotateKeyPairOptions {
  readonly versions: SecretVersions;
  /** How the user whose key it is logs in; `auth` is not looked at. */
  readonly connection: Omit<SnowflakeConfigInput, "auth" | "username"> & { readonly username: string };
  /** The role that may change the user's keys, for the session that does so. @default the connection's */
  readonly role?: string;
  /**
   * Who changes the keys instead of the user itself, such as a user of the rotation function's own AWS role: for who wants to
   * come back from the loss of both keys, or has none yet. @default the user itself, by the key in use
   */
  readonly admin?: { readonly connection: SnowflakeConfigInput; readonly secrets: Secrets };
  /** At least 2048. @default 2048 */
  readonly modulusBits?: number;
  /** @default openSnowflake */
  readonly open?: typeof openSnowflake;
  /** @default silent */
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
}

/**
 * One step of the rotation of a key pair, as Secrets Manager asks for it. Each may be repeated, whole or after it was killed at
 * any point, and ends the same. The key in use stays good, in its slot, until the rotation after this one.
 * Throws ROTATION_REFUSED, SECRET_INVALID, and the errors of the secret's source and of {@link openSnowflake}.
 */
export async function rotateKeyPair(
  event: Pick<RotationEvent, "ClientRequestToken" | "Step">,
  options: RotateKeyPairOptions,
): Promise<{ readonly status: "done" | "already" }> {
  const { versions, signal, logger = silentLogger } = options;
  const { ClientRequestToken: token, Step: step } = event;
  const stages = await versions.stages(signal);
  const own = stages[token] ?? [];
  if (own.includes("AWSCURRENT")) return { status: "already" };
  if (step !== "createSecret" && !own.includes("AWSPENDING")) {
    throw pipelineError(
      "ROTATION_REFUSED",
      `${step} was asked for version ${token}, which is not AWSPENDING. Start the rotation again.`,
      { details: { versionId: token, stages: own } },
    );
  }
  const status = await steps[step](token, options);
  logger.log("info", `rotation of a key pair: ${step} ${status}`, { versionId: token });
  return { status };
}

type Outcome = Promise<"done" | "already">;
type Step = (token: string, options: RotateKeyPairOptions) => Outcome;

const steps: Readonly<Record<RotationEvent["Step"], Step>> = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
};

/** The key is made once: a repeat finds the version that the first time put, and so does who comes second of two. */
async function createSecret(
  token: string,
  { versions, admin, signal, modulusBits = 2048 }: RotateKeyPairOptions,
): Outcome {
  if ((await versions.read({ id: token }, signal)) !== undefined) return "already";
  const current = await readKey(versions, { stage: "AWSCURRENT" }, signal);
  if (current === undefined && admin === undefined) {
    throw pipelineError(
      "ROTATION_REFUSED",
      "The secret has no AWSCURRENT: nobody can log in to set a new key. Put a key there that the user has, or name an admin.",
    );
  }
  const put = await versions.putPending(token, await renewKeySecret(current, modulusBits), signal);
  return put === "put" ? "done" : "already";
}

async function setSecret(token: string, options: RotateKeyPairOptions): Outcome {
  const { signal, logger = silentLogger } = options;
  const pending = publicKey(await pendingKey(token, options), "AWSPENDING");
  const fingerprint = async (stage: string) => {
    const key = await readUsableKey(stage, options);
    return key && publicKeyOf(key)?.fingerprint;
  };
  await using session = await openKeeper(options);
  const user = await nameOfUser(session, options);
  const plan = planKeySlot({
    slots: await readKeySlots(session, user, signal),
    current: await fingerprint("AWSCURRENT"),
    previous: await fingerprint("AWSPREVIOUS"),
    pending: pending.fingerprint,
  });
  if (plan.status === "set") return "already";
  if (plan.status === "taken") {
    throw pipelineError(
      "ROTATION_REFUSED",
      `Both keys of user ${user} are others than the secret's. Look whose they are, then ALTER USER ${user} UNSET the one that nobody needs.`,
      { details: { user } },
    );
  }
  const sql = `ALTER USER ${quoteIdentifier(user)} SET ${plan.slot} = ${quoteText(pending.body)}`;
  await session.query(sql, [], asked(signal));
  logger.log("info", "the new public key was set", { user, slot: plan.slot, fingerprint: pending.fingerprint });
  return "done";
}

/** By a real login, as the functions do it. */
async function testSecret(token: string, options: RotateKeyPairOptions): Outcome {
  const key = privateKeyOf(await pendingKey(token, options));
  await using session = await openByKey({ current: key, pending: key, previous: key }, options);
  await session.query("SELECT CURRENT_USER()", [], asked(options.signal));
  return "done";
}

async function finishSecret(token: string, { versions, signal }: RotateKeyPairOptions): Outcome {
  const stages = await versions.stages(signal);
  const from = Object.keys(stages).find((id) => stages[id]?.includes("AWSCURRENT"));
  await versions.promote({ from, to: token }, signal);
  return "done";
}

async function readKey(
  versions: SecretVersions,
  version: Parameters<SecretVersions["read"]>[0],
  signal: AbortSignal | undefined,
): Promise<KeySecret | undefined> {
  const secret = await versions.read(version, signal);
  return secret && parseKeySecret(secret, "stage" in version ? version.stage : `version ${version.id}`);
}

/** Undefined for what nobody can log in with. Not for what could not be read: its slot must not be taken for a free one. */
async function readUsableKey(
  stage: string,
  { versions, signal }: RotateKeyPairOptions,
): Promise<PrivateKey | undefined> {
  try {
    const secret = await readKey(versions, { stage }, signal);
    return secret && privateKeyOf(secret);
  } catch (error) {
    if (isSnowmeltError(error, "SECRET_INVALID")) return undefined;
    throw error;
  }
}

async function pendingKey(token: string, { versions, signal }: RotateKeyPairOptions): Promise<KeySecret> {
  const pending = await readKey(versions, { id: token }, signal);
  if (pending !== undefined) return pending;
  throw pipelineError("ROTATION_REFUSED", `Version ${token} holds no key yet: createSecret comes first.`);
}

function publicKey(secret: KeySecret, what: string): PublicKey {
  const key = publicKeyOf(privateKeyOf(secret));
  if (key !== undefined) return key;
  throw pipelineError("SECRET_INVALID", `Expected ${what} to hold an RSA private key that its passphrase opens.`);
}

/** The session that changes keys. The user's own tries the key in use, then the pending one and the one before. */
async function openKeeper(options: RotateKeyPairOptions): Promise<SnowflakeSession> {
  const { admin, role, signal, open = openSnowflake } = options;
  if (admin !== undefined) return open(admin.connection, { secrets: admin.secrets, ...asked(signal) });
  const keys = {
    current: await readUsableKey("AWSCURRENT", options),
    pending: await readUsableKey("AWSPENDING", options),
    previous: await readUsableKey("AWSPREVIOUS", options),
  };
  return openByKey(keys, {
    ...options,
    connection: { ...options.connection, ...(role === undefined ? {} : { role }) },
  });
}

type Keys = Readonly<Record<SecretVersion, PrivateKey | undefined>>;

function openByKey(keys: Keys, { connection, signal, open = openSnowflake }: RotateKeyPairOptions) {
  const encrypted = Object.values(keys).some((key) => key?.passphrase !== undefined);
  const privateKey = secretRef("rotation:privateKey");
  const passphrase = encrypted ? { passphrase: secretRef("rotation:passphrase") } : {};
  const secrets: Secrets = {
    async get({ secret }, { version = "current" } = {}) {
      const key = keys[version];
      const value = secret === privateKey.secret ? key?.pem : (key?.passphrase ?? "");
      if (key !== undefined && value !== undefined) return new Secret(value);
      throw coreError(
        "SECRET_NOT_FOUND",
        `The secret that is rotated has no ${version} version, asked for as ${secret}.`,
      );
    },
  };
  return open({ ...connection, auth: { kind: "keyPair", privateKey, ...passphrase } }, { secrets, ...asked(signal) });
}

/** As it is spelled in SQL: a login name may be written in any case. */
async function nameOfUser(session: SnowflakeSession, { admin, connection, signal }: RotateKeyPairOptions) {
  if (admin !== undefined) return connection.username.toUpperCase();
  const { rows } = await session.query("SELECT CURRENT_USER()", [], asked(signal));
  return rows[0]?.[0] ?? connection.username.toUpperCase();
}

async function readKeySlots(session: SnowflakeSession, user: string, signal: AbortSignal | undefined) {
  const { columns, rows } = await session.query(`DESCRIBE USER ${quoteIdentifier(user)}`, [], asked(signal));
  const [property, value] = ["PROPERTY", "VALUE"].map((name) =>
    columns.findIndex((column) => column.name.toUpperCase() === name),
  );
  return parseKeySlots(new Map(rows.map((row) => [String(row[property ?? 0]), row[value ?? 1] ?? null])));
}

const asked = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });
