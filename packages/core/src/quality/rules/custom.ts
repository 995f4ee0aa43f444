import { z } from "zod";
import { coreError } from "../../errors/index.ts";
import type { Field } from "../../types/index.ts";
import { RowOnFail } from "../on-fail.ts";
import { ownColumns } from "../own-columns.ts";
import { openOwnRowObserver } from "../own-row-observer.ts";
import { expectedName, extensionName, type OwnRule, type OwnRules } from "../own-rule.ts";
import { openOwnTableObserver } from "../own-table-observer.ts";
import { type BoundRule, missingColumns, type RuleContext, type RuleObserver, ruleKind } from "../rule-kind.ts";

/** What every place of a definition that names own code has of it. */
export const customShape = {
  kind: z.literal("custom"),
  /** By which `openRuntime({ extensions })` is given the code. */
  name: z.string().regex(extensionName, { error: expectedName }),
  /** Plain JSON, handed to the code as it is; what it may be is the code's own matter. Never a secret: it stands in the definition. */
  options: z.record(z.string(), z.json()).readonly().default({}),
};

const CustomRule = z.strictObject({
  ...customShape,
  /** Those that the rule needs, in its order. */
  columns: z.array(z.string()).readonly().default([]),
  onFail: RowOnFail,
});
type CustomRule = z.output<typeof CustomRule>;

export const customRule = ruleKind(CustomRule, (rule, own): BoundRule => {
  const code = Object.hasOwn(own, rule.name) ? own[rule.name] : undefined;
  const { onFail, columns } = rule;
  return {
    scope: code?.scope === "table" ? "batch" : "row",
    onFail,
    description: describe(rule),
    columns,
    mismatch: (fields) => missingColumns(fields, columns) ?? (code && problemOf(rule, code, fields)),
    open: (context) => openOwn(rule, context, { code, own }),
    // A table that nothing came to says nothing of the rows of a window; rules on rows held for each when it landed.
    ...(code?.scope === "table" ? { judge: () => undefined } : {}),
  };
});

/** `plausibleSpeed({"maxKmh":1100}) of DISTANCE, MINUTES` */
function describe({ name, options, columns }: CustomRule): string {
  const said = Object.keys(options).length === 0 ? "" : `(${JSON.stringify(options)})`;
  return `${name}${said}${columns.length === 0 ? "" : ` of ${columns.join(", ")}`}`;
}

/** Why the code cannot take what the definition says; the columns are there. */
function problemOf({ columns, options, onFail }: CustomRule, code: OwnRule, fields: readonly Field[]) {
  if (code.scope === "table" && onFail === "quarantine") {
    return 'it is about all rows together, so it cannot say which to split off; expected onFail: "block" or "warn"';
  }
  const needs = Object.entries(code.needs);
  if (needs.length !== columns.length) {
    const names = needs.map(([name]) => name).join(", ");
    return `expected ${needs.length} columns${names === "" ? "" : ` (${names})`}, got ${columns.length}`;
  }
  for (const [at, [name, kinds]] of needs.entries()) {
    const field = fields.find((each) => each.name === columns[at]);
    if (field && !kinds.includes(field.type.kind)) {
      return `expected ${kinds.join(" or ")} as ${name}, got ${field.name}, which lands as ${field.type.kind}`;
    }
  }
  const parsed = code.options.safeParse(options);
  return parsed.success ? undefined : z.prettifyError(parsed.error);
}

function openOwn(
  rule: CustomRule,
  context: RuleContext,
  { code, own }: { readonly code: OwnRule | undefined; readonly own: OwnRules },
): RuleObserver {
  if (!code) throw unknownRule(rule.name, Object.keys(own));
  const options = code.options.parse(rule.options);
  const test = {
    options,
    expected: code.expected?.(options) ?? "that it holds",
    columns: ownColumns(code, rule.columns, context.fields),
  };
  return code.scope === "row"
    ? openOwnRowObserver({ ...test, rule: code }, context)
    : openOwnTableObserver({ ...test, rule: code }, context);
}

const unknownRule = (name: string, known: readonly string[]) =>
  coreError(
    "EXTENSION_UNKNOWN",
    `No code was given for the rule custom(${JSON.stringify(name)}); there is some for: ${known.join(", ") || "none"}. Give it to openRuntime({ extensions }), or deploy the functions with it.`,
    { details: { name, known } },
  );
