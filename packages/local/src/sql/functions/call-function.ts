import { type Binder, placeIn } from "../bind/binder.ts";
import { bindExpression } from "../bind/expression.ts";
import type { Scope } from "../bind/scope.ts";
import { bindStar } from "../bind/star.ts";
import { bindOver } from "../bind/window.ts";
import { compilationError, unknownFunction } from "../failures.ts";
import { printPath } from "../quote.ts";
import type { Call } from "../syntax/tree.ts";
import type { Typed } from "../types/typed.ts";
import { AGGREGATES } from "./aggregate.ts";
import { FUNCTIONS } from "./registry.ts";
import { WINDOW_FUNCTIONS } from "./window-function.ts";

/** Binds a call; a function that this engine does not know is refused. */
export function callFunction(call: Call, scope: Scope, binder: Binder): Typed {
  const name = call.path.length > 1 && call.path[0] !== "SYSTEM" ? printPath(call.path) : call.name;
  const aggregate = AGGREGATES[name];
  const windowed = WINDOW_FUNCTIONS[name];
  const rule = windowed ?? aggregate ?? FUNCTIONS[name];
  if (rule === undefined) throw unknownFunction(name);
  if (call.over !== null && aggregate === undefined && windowed === undefined)
    throw compilationError(`Function ${name} is not a window function`, "002112");
  if (windowed !== undefined && call.over === null && aggregate === undefined)
    throw compilationError(
      `error line ${placeIn(binder, call.at).line} at position ${placeIn(binder, call.at).column}\nWindow function ${name} requires an OVER clause`,
      "002303",
    );
  // What an aggregate takes are the rows of a group, not the group.
  const inner = aggregate !== undefined && call.over === null ? { ...scope, instants: new Set<string>() } : scope;
  return rule({
    name,
    call,
    binder,
    mode: { session: binder.session },
    bind: (expression) => bindExpression(expression, inner, binder),
    bindStar: (star) => bindStar(star, inner, binder).map(({ value }) => value),
    over: call.over === null ? "" : bindOver(call, call.over, scope, binder),
  });
}
