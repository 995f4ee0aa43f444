import { entryKey } from "../catalog/catalog.ts";
import type { CatalogIntegration } from "../catalog/stage.ts";
import { objectExists } from "../failures.ts";
import { printIdentifier } from "../quote.ts";
import { changeIntegration, planIntegration, trustOf } from "../stage/integration.ts";
import { invalidProperty } from "../stage/property-value.ts";
import { unknownIntegration } from "../stage/stage-settings.ts";
import type { StageStatement } from "../syntax/stage.ts";
import { type Ddl, done } from "./ddl.ts";
import type { WriteContext } from "./statement-context.ts";

type Of<K extends StageStatement["kind"]> = Extract<StageStatement, { kind: K }>;

export async function runCreateIntegration(statement: Of<"createIntegration">, context: WriteContext): Ddl {
  const { name, ifNotExists, orReplace } = statement;
  const existing = context.state.catalog.findIntegration(name);
  if (existing !== null && ifNotExists) return done(`${name} already exists, statement succeeded.`, [], context);
  if (existing !== null && !orReplace) throw objectExists(printIdentifier(name));
  const createdMicros = context.binder.nowMicros.toString();
  const entry: CatalogIntegration = {
    kind: "integration",
    name,
    ...planIntegration(statement.properties),
    ...trustOf(name, createdMicros),
    owner: context.session.role ?? "PUBLIC",
    createdMicros,
  };
  return done(`Integration ${printIdentifier(name)} successfully created.`, [{ kind: "put", entry }], context);
}

export async function runAlterIntegration(statement: Of<"alterIntegration">, context: WriteContext): Ddl {
  const found = context.state.catalog.findIntegration(statement.name);
  if (found === null && statement.ifExists) return done("Statement executed successfully.", [], context);
  if (found === null) throw unknownIntegration(statement.name);
  const kept = statement.unset.reduce(unset, found);
  const entry = { ...kept, ...changeIntegration(kept, statement.set) };
  return done("Statement executed successfully.", [{ kind: "put", entry }], context);
}

function unset(integration: CatalogIntegration, name: string): CatalogIntegration {
  if (name === "COMMENT") return { ...integration, comment: null };
  if (name === "STORAGE_BLOCKED_LOCATIONS") return { ...integration, blocked: [] };
  throw invalidProperty(name, "UNSET of STORAGE INTEGRATION");
}

export async function runDropIntegration(statement: Of<"dropIntegration">, context: WriteContext): Ddl {
  const found = context.state.catalog.findIntegration(statement.name);
  if (found === null && statement.ifExists) return done("Drop statement executed successfully.", [], context);
  if (found === null) throw unknownIntegration(statement.name);
  return done(
    `${printIdentifier(found.name)} successfully dropped.`,
    [{ kind: "drop", key: entryKey(found) }],
    context,
  );
}
