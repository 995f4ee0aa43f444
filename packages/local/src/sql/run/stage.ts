import { rm } from "node:fs/promises";
import { entryKey } from "../catalog/catalog.ts";
import type { CatalogStage } from "../catalog/stage.ts";
import { compilationError, objectExists, unknownObject } from "../failures.ts";
import { printIdentifier, printPath } from "../quote.ts";
import { stageFolder } from "../stage/open-stage.ts";
import { changeStage, NO_SETTINGS, type StageSettings } from "../stage/stage-settings.ts";
import type { StageStatement } from "../syntax/stage.ts";
import { requireSchema } from "./create-table.ts";
import { type Ddl, done } from "./ddl.ts";
import type { WriteContext } from "./statement-context.ts";

type Of<K extends StageStatement["kind"]> = Extract<StageStatement, { kind: K }>;

export async function runCreateStage(statement: Of<"createStage">, context: WriteContext): Ddl {
  const { orReplace, ifNotExists, properties } = statement;
  const { catalog } = context.state;
  if (orReplace && ifNotExists)
    throw compilationError("options IF NOT EXISTS and OR REPLACE are incompatible.", "002046");
  const [database, schema, name] = requireSchema(context, statement.path);
  const existing = catalog.findStage(context.session, [database, schema, name]);
  if (existing !== null && ifNotExists) return done(`${name} already exists, statement succeeded.`, [], context);
  if (existing !== null && !orReplace) throw objectExists(printPath([name]));
  const entry: CatalogStage = {
    kind: "stage",
    id: catalog.nextId(),
    database,
    schema,
    name,
    ...changeStage(NO_SETTINGS, properties, catalog),
    owner: context.session.role ?? "PUBLIC",
    createdMicros: context.binder.nowMicros.toString(),
  };
  if (existing !== null) await removeFolder(existing, context);
  return done(`Stage area ${printIdentifier(name)} successfully created.`, [{ kind: "put", entry }], context);
}

const UNSET: Readonly<Record<string, Partial<StageSettings>>> = {
  COMMENT: { comment: null },
  FILE_FORMAT: { fileFormat: {} },
  ENCRYPTION: { encryption: null },
};

export async function runAlterStage(statement: Of<"alterStage">, context: WriteContext): Ddl {
  const { catalog } = context.state;
  const stage = catalog.findStage(context.session, statement.path);
  if (stage === null && statement.ifExists) return done("Statement executed successfully.", [], context);
  if (stage === null) throw unknownStage(statement.path, context);
  const { action } = statement;
  if (action.kind === "rename") return rename(stage, action.to, context);
  const settings =
    action.kind === "set" ? changeStage(stage, action.properties, catalog) : action.names.reduce(unset, stage);
  return done("Statement executed successfully.", [{ kind: "put", entry: { ...stage, ...settings } }], context);
}

function unset(settings: StageSettings, name: string): StageSettings {
  const cleared = UNSET[name];
  if (cleared === undefined) throw compilationError(`invalid property '${name}' for 'STAGE'`, "001422", "22023");
  return { ...settings, ...cleared };
}

function rename(stage: CatalogStage, to: readonly string[], context: WriteContext): Ddl {
  const [database, schema, name] = requireSchema(
    { ...context, session: { ...context.session, database: stage.database, schema: stage.schema } },
    to,
  );
  if (context.state.catalog.findStage(context.session, [database, schema, name]) !== null)
    throw objectExists(printPath([name]));
  const changes = [
    { kind: "drop", key: entryKey(stage) },
    { kind: "put", entry: { ...stage, database, schema, name } },
  ] as const;
  return done("Statement executed successfully.", changes, context);
}

export async function runDropStage(statement: Of<"dropStage">, context: WriteContext): Ddl {
  const stage = context.state.catalog.findStage(context.session, statement.path);
  if (stage === null && statement.ifExists) return done("Drop statement executed successfully.", [], context);
  if (stage === null) throw unknownStage(statement.path, context);
  await removeFolder(stage, context);
  return done(
    `${printIdentifier(stage.name)} successfully dropped.`,
    [{ kind: "drop", key: entryKey(stage) }],
    context,
  );
}

/** An internal stage's files end with it; those of an external one are not its own. */
async function removeFolder(stage: CatalogStage, { state }: WriteContext): Promise<void> {
  if (stage.url === null) await rm(stageFolder(stage, state.dataDir), { recursive: true, force: true });
}

function unknownStage(path: readonly string[], { state, session }: WriteContext): Error {
  return unknownObject(printPath(state.catalog.complete(session, path)), "Object", "Stage");
}
