import { createPublicKey, type KeyObject } from "node:crypto";
import type { SqlFailure } from "../engine.ts";
import type { LocalUser } from "../server/config.ts";
import { compilationError, unsupported } from "../sql/failures.ts";
import type { Property } from "../sql/syntax/property.ts";

/** Said of a user and without effect here. */
const IGNORED = new Set([
  "COMMENT",
  "DEFAULT_NAMESPACE",
  "DEFAULT_SECONDARY_ROLES",
  "DEFAULT_WAREHOUSE",
  "DISPLAY_NAME",
  "EMAIL",
  "LOGIN_NAME",
  "MUST_CHANGE_PASSWORD",
  "TYPE",
]);

/** A user with properties set. Throws the {@link SqlFailure} of what Snowflake, or this server, refuses. */
export function setProperties(user: LocalUser, properties: readonly Property[]): LocalUser {
  return properties.reduce(setProperty, user);
}

export function unsetProperties(user: LocalUser, names: readonly string[]): LocalUser {
  return names.reduce(unsetProperty, user);
}

function unsetProperty(user: LocalUser, name: string): LocalUser {
  if (name === "RSA_PUBLIC_KEY" || name === "RSA_PUBLIC_KEY_2") return withKey(user, name, "");
  if (name === "WORKLOAD_IDENTITY") return { ...unlinked(user), awsArns: [] };
  const { password: _, ...rest } = user;
  if (name === "PASSWORD") return rest;
  if (IGNORED.has(name)) return user;
  throw invalid(name);
}

function setProperty(user: LocalUser, property: Property): LocalUser {
  const { name, value } = property;
  if (name === "RSA_PUBLIC_KEY" || name === "RSA_PUBLIC_KEY_2") return withKey(user, name, toPem(scalar(property)));
  if (name === "WORKLOAD_IDENTITY") return { ...unlinked(user), ...toIdentity(property) };
  if (name === "PASSWORD") return { ...user, password: scalar(property) };
  if (name === "DEFAULT_ROLE") return { ...user, defaultRole: scalar(property) };
  if (name === "TYPE" && value.kind === "scalar" && !/^(SERVICE|LEGACY_SERVICE|PERSON)$/i.test(value.text))
    throw compilationError(`invalid value [${value.text}] for parameter 'TYPE'`, "001008", "22023");
  if (IGNORED.has(name)) return user;
  throw invalid(name);
}

function withKey({ publicKeys, ...user }: LocalUser, slot: "RSA_PUBLIC_KEY" | "RSA_PUBLIC_KEY_2", pem: string) {
  const [first = "", second = ""] = publicKeys;
  return { ...user, publicKeys: slot === "RSA_PUBLIC_KEY" ? [pem, second] : [first, pem] };
}

/** The base64 of the key, without the PEM's delimiters: as Snowflake takes it. */
function toPem(text: string): string {
  const der = Buffer.from(text.replace(/\s/g, ""), "base64");
  let key: KeyObject;
  try {
    key = createPublicKey({ key: der, format: "der", type: "spki" });
  } catch {
    throw keyRejected("Invalid public key");
  }
  if (key.asymmetricKeyType !== "rsa" || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    throw keyRejected("Public key is not RSA of at least 2048 bits");
  return String(key.export({ type: "spki", format: "pem" }));
}

const keyRejected = (reason: string): SqlFailure =>
  compilationError(`New public key rejected by current policy. Reason: '${reason}'`, "390140");

const unlinked = ({ awsIssuer: _, ...user }: LocalUser): LocalUser => user;

/** `(TYPE = AWS ARN = '…' [ISSUER = '…'])`, of an IAM user or role, or of a role's session. */
function toIdentity({ name, value }: Property): Pick<LocalUser, "awsArns" | "awsIssuer"> {
  const fields = new Map(
    value.kind === "group" ? value.properties.map((property) => [property.name, scalar(property)] as const) : [],
  );
  const type = fields.get("TYPE");
  if (type !== undefined && type !== "AWS") throw unsupported(`WORKLOAD_IDENTITY of TYPE ${type}`);
  const unknown = [...fields.keys()].find((field) => !["TYPE", "ARN", "ISSUER"].includes(field));
  if (unknown !== undefined) throw unsupported(`WORKLOAD_IDENTITY with ${unknown}`);
  const arn = fields.get("ARN") ?? "";
  const awsIssuer = fields.get("ISSUER");
  const isArn = /^arn:[\w-]+:(iam::\d{12}:(user|role)|sts::\d{12}:assumed-role)\/.+$/.test(arn);
  if (type === "AWS" && isArn && (awsIssuer === undefined || URL.canParse(awsIssuer)))
    return { awsArns: [arn], ...(awsIssuer === undefined ? {} : { awsIssuer }) };
  throw compilationError(
    `invalid value for parameter '${name}': expected (TYPE = AWS ARN = 'arn:aws:iam::<account>:role/<role>')`,
    "001008",
    "22023",
  );
}

function scalar({ name, value }: Property): string {
  if (value.kind === "scalar") return value.text;
  throw compilationError(`invalid value for parameter '${name}'`, "001008", "22023");
}

const invalid = (name: string): SqlFailure => compilationError(`invalid property '${name}' for 'USER'`, "001422");
