import type { Binder } from "../bind/binder.ts";
import type { CatalogStage } from "../catalog/stage.ts";
import type { Show } from "../syntax/statement-tree.ts";
import { type VirtualCell, virtualColumns } from "./rows.ts";
import { created, type Listing } from "./show-scope.ts";

const STAGE_COLUMNS = virtualColumns(`created_on:moment, name, database_name, schema_name, url, has_credentials,
  has_encryption_key, owner, comment, region, type, cloud, notification_channel, storage_integration, endpoint,
  owner_role_type, directory_enabled`);

export function listStages(show: Show, binder: Binder): Listing {
  const rows = stagesIn(show, binder).map((stage): readonly VirtualCell[] => [
    created(stage),
    stage.name,
    stage.database,
    stage.schema,
    stage.url ?? "",
    "N",
    stage.encryption?.kmsKeyId === null || stage.encryption === null ? "N" : "Y",
    stage.owner,
    stage.comment ?? "",
    null,
    stage.url === null ? "INTERNAL" : "EXTERNAL",
    stage.url?.startsWith("s3:") === true ? "AWS" : null,
    null,
    stage.integration,
    null,
    "ROLE",
    "N",
  ]);
  return [STAGE_COLUMNS, rows, 1];
}

function stagesIn({ scope }: Show, { catalog, session }: Binder): readonly CatalogStage[] {
  if (scope?.kind === "account") return catalog.stages();
  if (scope?.kind === "database") return catalog.stages(scope.path.at(-1));
  if (scope?.kind === "schema")
    return catalog.stages(scope.path.length > 1 ? scope.path[0] : (session.database ?? undefined), scope.path.at(-1));
  return catalog.stages(session.database ?? undefined, session.schema ?? undefined);
}

export function listIntegrations(binder: Binder): Listing {
  const columns = virtualColumns("name, type, category, enabled, comment, created_on:moment");
  const rows = binder.catalog
    .integrations()
    .map((one): readonly VirtualCell[] => [
      one.name,
      "EXTERNAL_STAGE",
      "STORAGE",
      String(one.enabled),
      one.comment ?? "",
      created(one),
    ]);
  return [columns, rows, 0];
}
