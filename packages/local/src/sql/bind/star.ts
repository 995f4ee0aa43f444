import { compilationError, invalidIdentifier } from "../failures.ts";
import { printPath } from "../quote.ts";
import type { Star } from "../syntax/tree.ts";
import type { Typed } from "../types/typed.ts";
import { type Binder, placeIn } from "./binder.ts";
import { bindExpression } from "./expression.ts";
import { relationsNamed, type Scope } from "./scope.ts";

/** A column of a select list. */
export interface Output {
  readonly name: string;
  readonly value: Typed;
  readonly declared?: string;
}

/** The columns that a star stands for, in their order. */
export function bindStar(star: Star, scope: Scope, binder: Binder): readonly Output[] {
  const place = placeIn(binder, star.at);
  const relations = star.qualifier === null ? scope.relations : relationsNamed(scope, star.qualifier);
  if (relations.length === 0)
    throw star.qualifier === null
      ? compilationError("SELECT with no columns", "001003")
      : invalidIdentifier(place, printPath(star.qualifier));
  const merged: readonly Output[] =
    star.qualifier === null ? [...scope.merged].map(([name, value]) => ({ name, value })) : [];
  const own = relations.flatMap((relation) =>
    relation.columns.filter((column) => star.qualifier !== null || relation.hidden?.has(column.name) !== true),
  );
  const pattern = star.ilike === null ? null : ilikePattern(star.ilike);
  const kept = [...merged, ...own].filter(
    ({ name }) => !star.exclude.includes(name) && (pattern === null || pattern.test(name)),
  );
  for (const name of star.exclude)
    if (![...merged, ...own].some((column) => column.name === name)) throw invalidIdentifier(place, name);
  return kept.map(({ name, value }) => {
    const replaced = star.replace.find((entry) => entry.name === name);
    const renamed = star.rename.find((entry) => entry.from === name);
    return {
      name: renamed?.to ?? name,
      value: replaced === undefined ? value : bindExpression(replaced.value, scope, binder),
    };
  });
}

function ilikePattern(pattern: string): RegExp {
  const body = [...pattern]
    .map((char) => (char === "%" ? ".*" : char === "_" ? "." : char.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${body}$`, "is");
}
