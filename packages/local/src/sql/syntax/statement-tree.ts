import type { LogicalType } from "../types/logical-type.ts";
import type { CopyInto } from "./copy-into.ts";
import type { StageStatement } from "./stage.ts";
import type { Expression, Query, Relation, RelationAlias, TimeTravel } from "./tree.ts";

export type Statement =
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "explain"; readonly query: Query }
  | Insert
  | Update
  | Delete
  | Merge
  | { readonly kind: "truncate"; readonly path: readonly string[]; readonly ifExists: boolean }
  | CreateTable
  | CreateView
  | CreateContainer
  | AlterTable
  | {
      readonly kind: "alterOther";
      readonly object: "SCHEMA" | "DATABASE" | "VIEW";
      readonly path: readonly string[];
      readonly action: RenameOrComment;
      readonly ifExists: boolean;
    }
  | {
      readonly kind: "drop";
      readonly object: "TABLE" | "VIEW" | "SCHEMA" | "DATABASE";
      readonly path: readonly string[];
      readonly ifExists: boolean;
    }
  | {
      readonly kind: "use";
      readonly object: "DATABASE" | "SCHEMA" | "WAREHOUSE" | "ROLE" | "SECONDARY ROLES";
      readonly path: readonly string[];
    }
  | { readonly kind: "alterSession"; readonly set: readonly SessionSetting[]; readonly unset: readonly string[] }
  | { readonly kind: "setVariable"; readonly name: string; readonly value: Expression }
  | { readonly kind: "unsetVariable"; readonly name: string }
  | { readonly kind: "begin" }
  | { readonly kind: "commit" }
  | { readonly kind: "rollback" }
  | { readonly kind: "wait"; readonly seconds: number }
  | Show
  | StageStatement
  | CopyInto
  | { readonly kind: "describe"; readonly path: readonly string[]; readonly object: "TABLE" | "VIEW" };

export interface SessionSetting {
  readonly name: string;
  readonly value: string;
}

export interface Insert {
  readonly kind: "insert";
  readonly path: readonly string[];
  readonly columns: readonly string[];
  readonly source: Query;
  readonly overwrite: boolean;
}

export interface Assignment {
  readonly column: string;
  readonly value: Expression;
  readonly at: number;
}

export interface Update {
  readonly kind: "update";
  readonly path: readonly string[];
  readonly alias: RelationAlias;
  readonly set: readonly Assignment[];
  readonly from: Relation | null;
  readonly where: Expression | null;
}

export interface Delete {
  readonly kind: "delete";
  readonly path: readonly string[];
  readonly alias: RelationAlias;
  readonly using: Relation | null;
  readonly where: Expression | null;
}

export interface Merge {
  readonly kind: "merge";
  readonly path: readonly string[];
  readonly alias: RelationAlias;
  readonly source: Relation;
  readonly on: Expression;
  readonly clauses: readonly MergeClause[];
}

export interface MergeClause {
  readonly matched: boolean;
  readonly condition: Expression | null;
  readonly action:
    | { readonly kind: "update"; readonly set: readonly Assignment[] }
    | { readonly kind: "delete" }
    | { readonly kind: "insert"; readonly columns: readonly string[]; readonly values: readonly Expression[] };
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: LogicalType | null;
  readonly nullable: boolean;
  readonly default: string | null;
  readonly identity: { readonly start: number; readonly increment: number } | null;
  readonly comment: string | null;
}

export interface ConstraintDefinition {
  readonly kind: "PRIMARY KEY" | "UNIQUE" | "FOREIGN KEY";
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly references: { readonly path: readonly string[]; readonly columns: readonly string[] } | null;
}

export interface CreateTable {
  readonly kind: "createTable";
  readonly path: readonly string[];
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly temporary: boolean;
  readonly transient: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly ConstraintDefinition[];
  readonly options: TableOptions;
  readonly source: { readonly kind: "query"; readonly query: Query } | TableCopy | null;
}

export interface TableCopy {
  readonly kind: "like" | "clone";
  readonly path: readonly string[];
  readonly travel: TimeTravel | null;
}

export interface TableOptions {
  readonly comment: string | null;
  readonly clusterBy: string | null;
  readonly retentionDays: number | null;
  readonly changeTracking: boolean | null;
}

export interface CreateView {
  readonly kind: "createView";
  readonly path: readonly string[];
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly { readonly name: string; readonly comment: string | null }[];
  readonly comment: string | null;
  readonly text: string;
  readonly query: Query;
}

export interface CreateContainer {
  readonly kind: "createContainer";
  readonly object: "DATABASE" | "SCHEMA";
  readonly path: readonly string[];
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly comment: string | null;
}

export type RenameOrComment =
  | { readonly kind: "rename"; readonly to: readonly string[] }
  | { readonly kind: "comment"; readonly comment: string | null };

export type AlterAction =
  | RenameOrComment
  | { readonly kind: "addColumns"; readonly columns: readonly ColumnDefinition[]; readonly ifNotExists: boolean }
  | { readonly kind: "dropColumns"; readonly names: readonly string[]; readonly ifExists: boolean }
  | { readonly kind: "renameColumn"; readonly from: string; readonly to: string }
  | { readonly kind: "columnType"; readonly name: string; readonly type: LogicalType }
  | { readonly kind: "columnNullable"; readonly name: string; readonly nullable: boolean }
  | { readonly kind: "columnDefault"; readonly name: string; readonly default: string | null }
  | { readonly kind: "columnComment"; readonly name: string; readonly comment: string }
  | { readonly kind: "clusterBy"; readonly text: string | null }
  | { readonly kind: "options"; readonly options: TableOptions }
  | { readonly kind: "addConstraint"; readonly constraint: ConstraintDefinition }
  | { readonly kind: "swap"; readonly path: readonly string[] };

export interface AlterTable {
  readonly kind: "alterTable";
  readonly path: readonly string[];
  readonly ifExists: boolean;
  readonly action: AlterAction;
}

export interface Show {
  readonly kind: "show";
  readonly object: ShowObject;
  readonly like: string | null;
  readonly startsWith: string | null;
  readonly limit: number | null;
  readonly fromName: string | null;
  readonly scope:
    | { readonly kind: "account" }
    | { readonly kind: "database" | "schema" | "table"; readonly path: readonly string[] }
    | null;
  readonly terse: boolean;
}

export type ShowObject =
  | "TABLES"
  | "VIEWS"
  | "OBJECTS"
  | "COLUMNS"
  | "SCHEMAS"
  | "DATABASES"
  | "WAREHOUSES"
  | "PRIMARY KEYS"
  | "UNIQUE KEYS"
  | "IMPORTED KEYS"
  | "EXPORTED KEYS"
  | "PARAMETERS"
  | "INDEXES"
  | "VARIABLES"
  | "ROLES"
  | "USERS"
  | "STAGES"
  | "STORAGE INTEGRATIONS"
  | "INTEGRATIONS"
  | "SEQUENCES"
  | "STREAMS"
  | "PROCEDURES"
  | "FUNCTIONS"
  | "DYNAMIC TABLES"
  | "MATERIALIZED VIEWS"
  | "TRANSACTIONS";
