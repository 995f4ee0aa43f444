import { unsupported } from "../failures.ts";
import { cast } from "../types/cast.ts";
import { commonType } from "../types/common-type.ts";
import { number, REAL } from "../types/logical-type.ts";
import { nullOf, typed } from "../types/typed.ts";
import { asInteger, at, type BoundCall, type FunctionRule, type FunctionTable, scalar } from "./rule.ts";

const RANK = number(18, 0);

function rank(name: string): FunctionRule {
  return scalar(0, 0, (_, call) => typed(`CAST(${name}()${call.over} AS DECIMAL(18,0))`, RANK, false));
}

function share(name: string): FunctionRule {
  return scalar(0, 0, (_, call) => typed(`${name}()${call.over}`, REAL, false));
}

function nulls(call: BoundCall): string {
  return call.call.nulls === "IGNORE" ? " IGNORE NULLS" : "";
}

function edge(name: "first_value" | "last_value"): FunctionRule {
  return scalar(1, 1, (args, call) => typed(`${name}(${at(args, 0).sql}${nulls(call)})${call.over}`, at(args, 0).type));
}

function shifted(name: "lag" | "lead"): FunctionRule {
  return scalar(1, 3, (args, call) => {
    const value = at(args, 0);
    const fallback = args[2] ?? nullOf(value.type);
    const type = commonType(value.type, fallback.type);
    const offset = args[1] === undefined ? "1" : asInteger(args[1], call);
    return typed(
      `${name}(${cast(value, type, call.mode).sql}, ${offset}, ${cast(fallback, type, call.mode).sql}${nulls(call)})${call.over}`,
      type,
    );
  });
}

/** Functions that need OVER. */
export const WINDOW_FUNCTIONS: FunctionTable = {
  ROW_NUMBER: rank("row_number"),
  RANK: rank("rank"),
  DENSE_RANK: rank("dense_rank"),
  PERCENT_RANK: share("percent_rank"),
  CUME_DIST: share("cume_dist"),
  NTILE: scalar(1, 1, (args, call) =>
    typed(`CAST(ntile(${asInteger(at(args, 0), call)})${call.over} AS DECIMAL(18,0))`, RANK, false),
  ),
  LAG: shifted("lag"),
  LEAD: shifted("lead"),
  FIRST_VALUE: edge("first_value"),
  LAST_VALUE: edge("last_value"),
  NTH_VALUE: scalar(2, 2, (args, call) => {
    if (call.call.fromLast) throw unsupported("NTH_VALUE FROM LAST");
    return typed(
      `nth_value(${at(args, 0).sql}, ${asInteger(at(args, 1), call)}${nulls(call)})${call.over}`,
      at(args, 0).type,
    );
  }),
  RATIO_TO_REPORT: scalar(1, 1, (args, call) => {
    const value = cast(at(args, 0), REAL, call.mode).sql;
    return typed(`(${value} / NULLIF(sum(${value})${call.over}, 0))`, REAL);
  }),
};
