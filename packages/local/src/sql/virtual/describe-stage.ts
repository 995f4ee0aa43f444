import type { Binder, BoundQuery } from "../bind/binder.ts";
import { findStage } from "../stage/open-stage.ts";
import { requireIntegration } from "../stage/stage-settings.ts";
import { relationOf, type VirtualCell, virtualColumns } from "./rows.ts";

/** DESCRIBE STAGE, a row a property. */
export function describeStage(path: readonly string[], binder: Binder): BoundQuery {
  const { fileFormat, url, integration, encryption } = findStage(path, binder.session, binder.catalog);
  const columns = virtualColumns("parent_property, property, property_type, property_value, property_default");
  const format = { TYPE: "CSV", ...fileFormat };
  const rows: readonly (readonly VirtualCell[])[] = [
    ...Object.entries(format).map(([name, value]) => [
      "STAGE_FILE_FORMAT",
      name,
      "String",
      value,
      name === "TYPE" ? "CSV" : "",
    ]),
    ["STAGE_LOCATION", "URL", "String", url === null ? "" : JSON.stringify([url]), ""],
    ["STAGE_INTEGRATION", "STORAGE_INTEGRATION", "String", integration ?? "", ""],
    ["STAGE_CREDENTIALS", "ENCRYPTION_TYPE", "String", encryption?.type ?? "", ""],
    ["STAGE_CREDENTIALS", "KMS_KEY_ID", "String", encryption?.kmsKeyId ?? "", ""],
    ["DIRECTORY", "ENABLE", "Boolean", "false", "false"],
  ];
  return relationOf(columns, rows);
}

/** DESCRIBE INTEGRATION: what the role's trust policy must name is here. */
export function describeIntegration(name: string, binder: Binder): BoundQuery {
  const found = requireIntegration(name, binder.catalog);
  const columns = virtualColumns("property, property_type, property_value, property_default");
  return relationOf(columns, [
    ["ENABLED", "Boolean", String(found.enabled), "false"],
    ["STORAGE_PROVIDER", "String", "S3", ""],
    ["STORAGE_ALLOWED_LOCATIONS", "List", found.allowed.join(","), "[]"],
    ["STORAGE_BLOCKED_LOCATIONS", "List", found.blocked.join(","), "[]"],
    ["STORAGE_AWS_IAM_USER_ARN", "String", found.iamUserArn, ""],
    ["STORAGE_AWS_ROLE_ARN", "String", found.roleArn, ""],
    ["STORAGE_AWS_EXTERNAL_ID", "String", found.externalId, ""],
    ["COMMENT", "String", found.comment ?? "", ""],
  ]);
}
