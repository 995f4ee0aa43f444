import type { Bind, SqlSession } from "../../engine.ts";
import type { Catalog, CatalogTable } from "../catalog/catalog.ts";
import type { SourcePlace } from "../failures.ts";
import { placeOf } from "../syntax/lexer.ts";
import type { TimeTravel } from "../syntax/tree.ts";
import type { LogicalType } from "../types/logical-type.ts";
import type { Typed } from "../types/typed.ts";

/** A relation that SQL is emitted for: columns are named c1, c2 ... in `sql`. */
export interface BoundQuery {
  readonly sql: string;
  readonly columns: readonly BoundColumn[];
}

export interface BoundColumn {
  readonly name: string;
  readonly type: LogicalType;
  readonly nullable: boolean;
  /** The first word of the type that the select list itself casts the column to. */
  readonly declared?: string;
}

/** A common table expression in reach: its DuckDB name and its columns. */
export interface NamedQuery {
  readonly alias: string;
  readonly columns: readonly BoundColumn[];
}

/** What the whole statement shares while it is bound. */
export interface Binder {
  readonly sql: string;
  readonly session: SqlSession;
  readonly catalog: Catalog;
  readonly binds: Readonly<Record<string, Bind>>;
  /** The statement's moment, microseconds since 1970. */
  readonly nowMicros: bigint;
  readonly queryId: string;
  readonly sessionFacts: SessionFacts;
  readonly commonTables: ReadonlyMap<string, NamedQuery>;
  /** Version to read a table at, by its AT or BEFORE clause; the caller resolved every clause beforehand. */
  readonly versionOf: (travel: TimeTravel, table: CatalogTable) => number;
  /** Rows of results, history and information schema as relations. */
  readonly virtual: VirtualRelations;
  /** Names for generated relations: r1, r2 ... */
  readonly nextAlias: () => string;
  /** Views being expanded, against one that names itself. */
  readonly viewPath: readonly string[];
}

export interface SessionFacts {
  readonly sessionId: string;
  readonly lastQueryIds: readonly string[];
  readonly variables: ReadonlyMap<string, Typed>;
}

/** Relations made from the engine's own records. */
export interface VirtualRelations {
  /** A view of INFORMATION_SCHEMA, or null when the name is none. */
  informationSchema(binder: Binder, database: string, name: string): BoundQuery | null;
  /** A table function of INFORMATION_SCHEMA such as QUERY_HISTORY. */
  tableFunction(binder: Binder, name: string, args: ReadonlyMap<string, Typed>): BoundQuery | null;
  /** The rows of a finished query of this session. */
  resultScan(queryId: string): BoundQuery;
}

export function placeIn(binder: Binder, offset: number): SourcePlace {
  return placeOf(binder.sql, offset);
}
