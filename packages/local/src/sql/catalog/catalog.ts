import type { SqlSession } from "../../engine.ts";
import { noCurrentDatabase, noCurrentSchema } from "../failures.ts";
import type { LogicalType } from "../types/logical-type.ts";
import type { CatalogIntegration, CatalogStage } from "./stage.ts";

export interface CatalogColumn {
  readonly name: string;
  /** The column of the DuckDB table. */
  readonly physical: string;
  readonly type: LogicalType;
  readonly nullable: boolean;
  /** The default's SQL as written, or null. */
  readonly default: string | null;
  readonly identity: { readonly start: number; readonly increment: number; readonly sequence: string } | null;
  readonly comment: string | null;
}

export interface TableConstraint {
  readonly kind: "PRIMARY KEY" | "UNIQUE" | "FOREIGN KEY";
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: { readonly path: readonly string[]; readonly columns: readonly string[] } | null;
}

interface CatalogObject {
  readonly id: number;
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly comment: string | null;
  readonly owner: string;
  readonly createdMicros: string;
}

export interface CatalogTable extends CatalogObject {
  readonly kind: "table";
  /** `data.t12`: the DuckDB table that holds every row version. */
  readonly physical: string;
  readonly columns: readonly CatalogColumn[];
  readonly constraints: readonly TableConstraint[];
  readonly clusterBy: string | null;
  readonly transient: boolean;
  /** The version that made it: there is nothing to see before. */
  readonly createdVersion: number;
  readonly retentionDays: number;
  readonly changeTracking: boolean;
  /** The version from which on rows have a key that outlives their updates; absent without change tracking. */
  readonly changesFrom?: number;
}

export interface CatalogView extends CatalogObject {
  readonly kind: "view";
  readonly text: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: LogicalType;
    readonly nullable: boolean;
    readonly comment: string | null;
  }[];
}

export interface CatalogContainer {
  readonly kind: "database" | "schema";
  readonly database: string;
  readonly schema: string | null;
  readonly comment: string | null;
  readonly owner: string;
  readonly createdMicros: string;
}

export type CatalogEntry = CatalogTable | CatalogView | CatalogContainer | CatalogStage | CatalogIntegration;

/** What the statement names can mean. Held in memory; every change is also stored (`catalog-store.ts`). */
export interface Catalog {
  hasDatabase(database: string): boolean;
  hasSchema(database: string, schema: string): boolean;
  databases(): readonly CatalogContainer[];
  schemas(database?: string): readonly CatalogContainer[];
  objects(database?: string, schema?: string): readonly (CatalogTable | CatalogView)[];
  /** Completes a name by the session's database and schema. */
  complete(session: SqlSession, path: readonly string[]): readonly [database: string, schema: string, name: string];
  find(session: SqlSession, path: readonly string[]): CatalogTable | CatalogView | null;
  /** Stages have names of their own beside tables. */
  stages(database?: string, schema?: string): readonly CatalogStage[];
  findStage(session: SqlSession, path: readonly string[]): CatalogStage | null;
  /** Integrations belong to the account. */
  integrations(): readonly CatalogIntegration[];
  findIntegration(name: string): CatalogIntegration | null;
  apply(changes: readonly CatalogChange[]): void;
  nextId(): number;
}

export type CatalogChange =
  | { readonly kind: "put"; readonly entry: CatalogEntry }
  | { readonly kind: "drop"; readonly key: string };

/** What an entry is stored under: unique however the names are made. */
export function entryKey(entry: CatalogEntry): string {
  if (entry.kind === "table" || entry.kind === "view") return keyOf([entry.database, entry.schema, entry.name]);
  if (entry.kind === "stage") return stageKey([entry.database, entry.schema, entry.name]);
  if (entry.kind === "integration") return integrationKey(entry.name);
  return entry.kind === "database" ? keyOf([entry.database]) : keyOf([entry.database, entry.schema ?? ""]);
}

export function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}

function stageKey(path: readonly string[]): string {
  return `stage ${keyOf(path)}`;
}

function integrationKey(name: string): string {
  return `integration ${keyOf([name])}`;
}

/** A catalog over stored entries. */
export function openCatalog(stored: readonly CatalogEntry[]): Catalog {
  const entries = new Map(stored.map((entry) => [entryKey(entry), entry]));
  let lastId = stored.reduce((most, entry) => ("id" in entry ? Math.max(most, entry.id) : most), 0);
  const containers = (): readonly CatalogContainer[] =>
    [...entries.values()].flatMap((entry) => (entry.kind === "database" || entry.kind === "schema" ? [entry] : []));
  const objects = (): readonly (CatalogTable | CatalogView)[] =>
    [...entries.values()].flatMap((entry) => (entry.kind === "table" || entry.kind === "view" ? [entry] : []));
  const stages = (): readonly CatalogStage[] =>
    [...entries.values()].flatMap((entry) => (entry.kind === "stage" ? [entry] : []));
  const complete = (session: SqlSession, path: readonly string[]): readonly [string, string, string] => {
    const name = path.at(-1) ?? "";
    const database = path.length === 3 ? path[0] : session.database;
    if (database === null || database === undefined) throw noCurrentDatabase();
    const schema = path.length >= 2 ? path.at(-2) : session.schema;
    if (schema === null || schema === undefined) throw noCurrentSchema();
    return [database, schema, name];
  };
  return {
    hasDatabase: (database) => entries.has(keyOf([database])),
    hasSchema: (database, schema) => entries.has(keyOf([database, schema])),
    databases: () =>
      containers()
        .filter((entry) => entry.kind === "database")
        .sort(bySchema),
    schemas: (database) =>
      containers()
        .filter((entry) => entry.kind === "schema" && (database === undefined || entry.database === database))
        .sort(bySchema),
    objects: (database, schema) => objects().filter(isIn(database, schema)).sort(byName),
    complete,
    find: (session, path) => {
      const entry = entries.get(keyOf(complete(session, path)));
      return entry?.kind === "table" || entry?.kind === "view" ? entry : null;
    },
    stages: (database, schema) => stages().filter(isIn(database, schema)).sort(byName),
    findStage: (session, path) => {
      const entry = entries.get(stageKey(complete(session, path)));
      return entry?.kind === "stage" ? entry : null;
    },
    integrations: () =>
      [...entries.values()]
        .flatMap((entry) => (entry.kind === "integration" ? [entry] : []))
        .sort((left, right) => order(left.name, right.name)),
    findIntegration: (name) => {
      const entry = entries.get(integrationKey(name));
      return entry?.kind === "integration" ? entry : null;
    },
    apply: (changes) => {
      for (const change of changes) {
        if (change.kind === "drop") entries.delete(change.key);
        else entries.set(entryKey(change.entry), change.entry);
      }
    },
    nextId: () => {
      lastId += 1;
      return lastId;
    },
  };
}

interface InSchema {
  readonly database: string;
  readonly schema: string | null;
}

function isIn(database: string | undefined, schema: string | undefined): (entry: InSchema) => boolean {
  return (entry) =>
    (database === undefined || entry.database === database) && (schema === undefined || entry.schema === schema);
}

function bySchema(left: InSchema, right: InSchema): number {
  return order(left.database, right.database) || order(left.schema ?? "", right.schema ?? "");
}

function byName(left: InSchema & { readonly name: string }, right: InSchema & { readonly name: string }): number {
  return bySchema(left, right) || order(left.name, right.name);
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
