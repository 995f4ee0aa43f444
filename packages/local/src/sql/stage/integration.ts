import { createHash } from "node:crypto";
import type { CatalogIntegration } from "../catalog/stage.ts";
import { compilationError, unsupported } from "../failures.ts";
import { printIdentifier } from "../quote.ts";
import type { Property } from "../syntax/property.ts";
import { flagValue, invalidProperty, invalidValue, listValue, textValue, wordValue } from "./property-value.ts";

export type IntegrationSettings = Pick<CatalogIntegration, "enabled" | "roleArn" | "allowed" | "blocked" | "comment">;

const REQUIRED = ["TYPE", "STORAGE_PROVIDER", "ENABLED", "STORAGE_AWS_ROLE_ARN", "STORAGE_ALLOWED_LOCATIONS"];

/** The settings of CREATE STORAGE INTEGRATION; what AWS needs must be there. */
export function planIntegration(properties: readonly Property[]): IntegrationSettings {
  for (const name of REQUIRED)
    if (!properties.some((property) => property.name === name))
      throw compilationError(`missing required property '${name}' of a storage integration`, "001003");
  return changeIntegration({ enabled: false, roleArn: "", allowed: [], blocked: [], comment: null }, properties);
}

/** Settings with properties put over them, as ALTER ... SET does. */
export function changeIntegration(settings: IntegrationSettings, properties: readonly Property[]): IntegrationSettings {
  return properties.reduce(withProperty, settings);
}

function withProperty(settings: IntegrationSettings, property: Property): IntegrationSettings {
  switch (property.name) {
    case "TYPE":
      wordValue(property, ["EXTERNAL_STAGE"]);
      return settings;
    case "STORAGE_PROVIDER":
      if (!["S3", "S3GOV", "S3CHINA"].includes(textValue(property).toUpperCase()))
        throw unsupported(`STORAGE_PROVIDER = ${textValue(property)}`);
      return settings;
    case "ENABLED":
      return { ...settings, enabled: flagValue(property) };
    case "STORAGE_AWS_ROLE_ARN":
      return { ...settings, roleArn: roleArn(property) };
    case "STORAGE_ALLOWED_LOCATIONS":
      return { ...settings, allowed: locations(property) };
    case "STORAGE_BLOCKED_LOCATIONS":
      return { ...settings, blocked: locations(property) };
    case "COMMENT":
      return { ...settings, comment: textValue(property) };
    case "STORAGE_AWS_OBJECT_ACL":
    case "STORAGE_AWS_EXTERNAL_ID":
    case "USE_PRIVATELINK_ENDPOINT":
      throw unsupported(property.name);
    default:
      throw invalidProperty(property.name, "STORAGE INTEGRATION");
  }
}

function roleArn(property: Property): string {
  const arn = textValue(property);
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/.+/.test(arn)) throw invalidValue(property.name, "the ARN of a role", arn);
  return arn;
}

function locations(property: Property): readonly string[] {
  const urls = listValue(property);
  for (const url of urls)
    if (url !== "*" && !/^(?:s3|file):\/\//.test(url)) throw invalidValue(property.name, "s3:// URLs or '*'", url);
  return urls;
}

/** Refuses a location that the integration does not allow, or that is not enabled. */
export function requireAllowed(url: string, integration: CatalogIntegration): void {
  if (!integration.enabled)
    throw compilationError(`Integration '${printIdentifier(integration.name)}' is not enabled.`, "003098", "42601");
  const covers = (location: string) => location === "*" || asFolder(url).startsWith(asFolder(location));
  if (integration.allowed.some(covers) && !integration.blocked.some(covers)) return;
  throw compilationError(
    `Location '${url}' is not allowed by integration '${printIdentifier(integration.name)}'. Please use DESC INTEGRATION to check out allowed and blocked locations.`,
    "003127",
    "42601",
  );
}

function asFolder(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/** What a role's trust policy names: the same for the same integration, another for every new one. */
export function trustOf(name: string, createdMicros: string): Pick<CatalogIntegration, "iamUserArn" | "externalId"> {
  const digest = createHash("sha256").update(`${name}\n${createdMicros}`).digest("base64");
  return {
    iamUserArn: "arn:aws:iam::000000000000:user/snowmelt-local",
    externalId: `LOCAL_SFCRole=2_${digest.slice(0, 27)}=`,
  };
}
