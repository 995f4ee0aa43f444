import type { Catalog } from "../catalog/catalog.ts";
import type { CatalogStage, StageEncryption } from "../catalog/stage.ts";
import { compilationError, unknownObject, unsupported } from "../failures.ts";
import { printIdentifier } from "../quote.ts";
import type { Property } from "../syntax/property.ts";
import { planFileFormat } from "./file-format.ts";
import { requireAllowed } from "./integration.ts";
import { groupValue, invalidProperty, invalidValue, textValue, wordValue } from "./property-value.ts";

export type StageSettings = Pick<CatalogStage, "url" | "integration" | "encryption" | "fileFormat" | "comment">;

export const NO_SETTINGS: StageSettings = {
  url: null,
  integration: null,
  encryption: null,
  fileFormat: {},
  comment: null,
};

/** Settings with properties put over them, as CREATE and ALTER ... SET do; a URL its integration does not allow is refused. */
export function changeStage(
  settings: StageSettings,
  properties: readonly Property[],
  catalog: Pick<Catalog, "findIntegration">,
): StageSettings {
  const changed = properties.reduce(withProperty, settings);
  checkPlace(changed, catalog);
  return changed;
}

function withProperty(settings: StageSettings, property: Property): StageSettings {
  switch (property.name) {
    case "URL":
      return { ...settings, url: stageUrl(textValue(property)) };
    case "STORAGE_INTEGRATION":
      return { ...settings, integration: textValue(property) };
    case "ENCRYPTION":
      return { ...settings, encryption: encryption(groupValue(property)) };
    case "FILE_FORMAT":
      return { ...settings, fileFormat: planFileFormat(groupValue(property)) };
    case "COMMENT":
      return { ...settings, comment: textValue(property) };
    case "DIRECTORY":
      for (const inner of groupValue(property))
        if (inner.name !== "ENABLE" || textValue(inner) !== "FALSE") throw unsupported("a directory table");
      return settings;
    case "CREDENTIALS":
      throw unsupported("CREDENTIALS of a stage: name a STORAGE_INTEGRATION");
    case "COPY_OPTIONS":
    case "ENDPOINT":
    case "AWS_ACCESS_POINT_ARN":
    case "USE_PRIVATELINK_ENDPOINT":
      throw unsupported(`${property.name} of a stage`);
    default:
      throw invalidProperty(property.name, "STAGE");
  }
}

function stageUrl(text: string): string {
  const url = text.replace(/^s3(?:gov|china):/, "s3:");
  if (!/^(?:s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/|$)|file:\/\/\/)/.test(url))
    throw compilationError(`invalid URL prefix found in: '${text}'`, "001012", "22023");
  if (url.split("/").includes("..")) throw invalidValue("URL", "a URL without '..'", text);
  return url.endsWith("/") ? url : `${url}/`;
}

const ENCRYPTIONS = ["AWS_SSE_KMS", "AWS_SSE_S3", "NONE", "SNOWFLAKE_FULL", "SNOWFLAKE_SSE"] as const;

function encryption(properties: readonly Property[]): StageEncryption {
  const byName = new Map(properties.map((property) => [property.name, property]));
  for (const name of byName.keys())
    if (name === "MASTER_KEY") throw unsupported("AWS_CSE, encryption with a key in SQL");
    else if (name !== "TYPE" && name !== "KMS_KEY_ID") throw invalidProperty(name, "ENCRYPTION");
  const type = byName.get("TYPE");
  const key = byName.get("KMS_KEY_ID");
  const kind = type === undefined ? "AWS_SSE_KMS" : wordValue(type, ENCRYPTIONS);
  if (key !== undefined && kind !== "AWS_SSE_KMS") throw invalidProperty("KMS_KEY_ID", kind);
  return { type: kind, kmsKeyId: key === undefined ? null : textValue(key) };
}

function checkPlace(
  { url, integration, encryption: cipher }: StageSettings,
  catalog: Pick<Catalog, "findIntegration">,
): void {
  if (url === null) {
    if (integration !== null) throw compilationError("STORAGE_INTEGRATION needs a URL", "001003");
    if (cipher?.type.startsWith("AWS")) throw invalidProperty("ENCRYPTION", "an internal stage");
    return;
  }
  if (cipher?.type.startsWith("SNOWFLAKE")) throw invalidProperty("ENCRYPTION", "an external stage");
  if (integration !== null) requireAllowed(url, requireIntegration(integration, catalog));
  else if (url.startsWith("s3:")) throw unsupported("an S3 stage without a STORAGE_INTEGRATION");
}

export function requireIntegration(name: string, catalog: Pick<Catalog, "findIntegration">) {
  const found = catalog.findIntegration(name);
  if (found === null) throw unknownIntegration(name);
  return found;
}

export function unknownIntegration(name: string): Error {
  return unknownObject(printIdentifier(name), "Object", "Integration");
}
