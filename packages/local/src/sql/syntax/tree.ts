import type { LogicalType } from "../types/logical-type.ts";

/** Names are already folded: unquoted ones in upper case. `at` is the offset in the statement. */
export type Expression =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "column"; readonly path: readonly string[]; readonly at: number; readonly raw: string }
  | { readonly kind: "position"; readonly index: number; readonly qualifier: string | null; readonly at: number }
  | { readonly kind: "bind"; readonly index: number }
  | { readonly kind: "variable"; readonly name: string }
  | Star
  | Call
  | {
      readonly kind: "cast";
      readonly value: Expression;
      readonly type: LogicalType;
      readonly safe: boolean;
      /** The type's first word as written: INT and BIGINT are one type, and yet differ in an unloaded file. */
      readonly declared: string;
    }
  | { readonly kind: "unary"; readonly op: "-" | "+" | "NOT"; readonly value: Expression }
  | { readonly kind: "binary"; readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: "between";
      readonly value: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly negated: boolean;
    }
  | {
      readonly kind: "in";
      readonly value: Expression;
      readonly items: readonly Expression[] | Query;
      readonly negated: boolean;
    }
  | Like
  | { readonly kind: "isNull"; readonly value: Expression; readonly negated: boolean }
  | { readonly kind: "isBoolean"; readonly value: Expression; readonly expected: boolean; readonly negated: boolean }
  | { readonly kind: "isDistinct"; readonly left: Expression; readonly right: Expression; readonly negated: boolean }
  | {
      readonly kind: "case";
      readonly operand: Expression | null;
      readonly branches: readonly CaseBranch[];
      readonly otherwise: Expression | null;
    }
  | { readonly kind: "exists"; readonly query: Query }
  | { readonly kind: "subquery"; readonly query: Query }
  | { readonly kind: "tuple"; readonly items: readonly Expression[] }
  | { readonly kind: "path"; readonly base: Expression; readonly steps: readonly PathStep[] }
  | { readonly kind: "interval"; readonly text: string }
  | { readonly kind: "array"; readonly items: readonly Expression[] }
  | { readonly kind: "object"; readonly entries: readonly { readonly key: string; readonly value: Expression }[] };

export type BinaryOperator = "+" | "-" | "*" | "/" | "%" | "||" | "=" | "<>" | "<" | "<=" | ">" | ">=" | "AND" | "OR";

export interface CaseBranch {
  readonly when: Expression;
  readonly result: Expression;
}

export type PathStep =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "index"; readonly value: Expression };

export interface Star {
  readonly kind: "star";
  readonly qualifier: readonly string[] | null;
  readonly exclude: readonly string[];
  readonly rename: readonly { readonly from: string; readonly to: string }[];
  readonly replace: readonly { readonly value: Expression; readonly name: string }[];
  readonly ilike: string | null;
  readonly at: number;
}

export interface Like {
  readonly kind: "like";
  readonly value: Expression;
  readonly patterns: readonly Expression[];
  readonly quantifier: "ONE" | "ANY" | "ALL";
  readonly operator: "LIKE" | "ILIKE" | "RLIKE";
  readonly escape: Expression | null;
  readonly negated: boolean;
}

export interface Call {
  readonly kind: "call";
  /** The last part of the name, in upper case. */
  readonly name: string;
  readonly path: readonly string[];
  readonly args: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression>;
  readonly distinct: boolean;
  /** `COUNT(*)`. */
  readonly star: boolean;
  readonly withinGroup: readonly OrderItem[];
  readonly nulls: "IGNORE" | "RESPECT" | null;
  readonly fromLast: boolean;
  readonly over: Window | null;
  readonly at: number;
}

export interface Window {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: Frame | null;
}

export interface Frame {
  readonly unit: "ROWS" | "RANGE";
  readonly start: FrameBound;
  readonly end: FrameBound;
}

export type FrameBound =
  | { readonly kind: "unboundedPreceding" | "unboundedFollowing" | "currentRow" }
  | { readonly kind: "preceding" | "following"; readonly value: Expression };

export interface OrderItem {
  readonly value: Expression;
  readonly descending: boolean;
  readonly nulls: "FIRST" | "LAST" | null;
}

export interface Query {
  readonly with: readonly CommonTable[];
  readonly body: Select | SetOperation | Values;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Expression | null;
  readonly offset: Expression | null;
}

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
}

export interface Select {
  readonly kind: "select";
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: Relation | null;
  readonly where: Expression | null;
  readonly groupBy: GroupBy | null;
  readonly having: Expression | null;
  readonly qualify: Expression | null;
}

export interface SelectItem {
  readonly value: Expression;
  readonly alias: string | null;
  /** The text of the expression: the column's name when there is no alias. */
  readonly source: string;
}

export type GroupBy =
  | { readonly kind: "all" }
  | { readonly kind: "plain" | "rollup" | "cube"; readonly items: readonly Expression[] }
  | { readonly kind: "sets"; readonly sets: readonly (readonly Expression[])[] };

export interface SetOperation {
  readonly kind: "set";
  readonly operator: "UNION" | "INTERSECT" | "EXCEPT";
  readonly all: boolean;
  readonly left: Query;
  readonly right: Query;
}

export interface Values {
  readonly kind: "values";
  readonly rows: readonly (readonly Expression[])[];
}

export interface TimeTravel {
  readonly mode: "AT" | "BEFORE";
  readonly by: "TIMESTAMP" | "OFFSET" | "STATEMENT";
  readonly value: Expression;
}

/** `CHANGES (INFORMATION => ..) AT|BEFORE (..) [END (..)]`. */
export interface ChangesClause {
  readonly appendOnly: boolean;
  /** What was visible here is not among the changes. */
  readonly from: TimeTravel;
  /** The last moment that is, now when absent. */
  readonly to: TimeTravel | null;
}

export interface RelationAlias {
  readonly name: string | null;
  readonly columns: readonly string[];
}

export type Relation =
  | {
      readonly kind: "table";
      readonly path: readonly string[];
      readonly alias: RelationAlias;
      readonly travel: TimeTravel | null;
      readonly changes?: ChangesClause;
      readonly sample: Sample | null;
      readonly at: number;
    }
  | { readonly kind: "derived"; readonly query: Query; readonly alias: RelationAlias; readonly sample: Sample | null }
  | { readonly kind: "function"; readonly call: Call; readonly alias: RelationAlias }
  | {
      readonly kind: "join";
      readonly join: JoinKind;
      readonly left: Relation;
      readonly right: Relation;
      readonly on: Expression | null;
      readonly using: readonly string[] | null;
      readonly natural: boolean;
    };

export type JoinKind = "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS";

export interface Sample {
  readonly method: "ROW" | "BLOCK";
  readonly amount: string;
  readonly unit: "PERCENT" | "ROWS";
  readonly seed: number | null;
}
