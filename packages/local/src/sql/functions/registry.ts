import { BINARY_FUNCTIONS } from "./binary.ts";
import { CONDITIONAL_FUNCTIONS } from "./conditional.ts";
import { CONTEXT_FUNCTIONS } from "./context.ts";
import { CONVERSION_FUNCTIONS } from "./conversion.ts";
import { DATE_FUNCTIONS } from "./date.ts";
import { NUMERIC_FUNCTIONS } from "./numeric.ts";
import { REGEXP_FUNCTIONS } from "./regexp.ts";
import type { FunctionTable } from "./rule.ts";
import { SEMI_STRUCTURED_FUNCTIONS } from "./semi-structured.ts";
import { TEXT_FUNCTIONS } from "./text.ts";

/** Scalar functions by upper-case name. */
export const FUNCTIONS: FunctionTable = {
  ...CONDITIONAL_FUNCTIONS,
  ...CONVERSION_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...REGEXP_FUNCTIONS,
  ...NUMERIC_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...BINARY_FUNCTIONS,
  ...SEMI_STRUCTURED_FUNCTIONS,
  ...CONTEXT_FUNCTIONS,
};
