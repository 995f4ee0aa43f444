import { sameFields } from "./evolve-fields.ts";
import { type ColumnOverride, type LandTarget, planLanding } from "./landing.ts";
import { compareSchemas, type SchemaChange, schemaChangeText } from "./schema-compare.ts";
import type { SourceColumn } from "./source-table.ts";

/** `evolve`: take over what the table can take over. `freeze`: land the committed columns, ignore additions. `fail`: no change at all. */
export type DriftPolicy = "evolve" | "freeze" | "fail";

export interface DriftInput {
  readonly committed: { readonly columns: readonly SourceColumn[] };
  readonly live: { readonly columns: readonly SourceColumn[] };
  readonly policy: DriftPolicy;
  readonly overrides: Readonly<Record<string, ColumnOverride>>;
  readonly target: LandTarget;
  /** Columns the definition needs: key, cursor, partition and rule columns. */
  readonly required: readonly string[];
  /** How a person commits another schema, for messages. @default "run typegen" */
  readonly howToCommit?: string | undefined;
}

export type DriftDecision =
  | {
      readonly decision: "proceed";
      /** Empty: the schemas are equal. */
      readonly changes: readonly SchemaChange[];
      /** The table's columns to plan the landing with: the committed ones in their order, then those taken over. */
      readonly columns: readonly SourceColumn[];
      /** Those of `columns` that the source no longer has: not extracted, NULL from now on. */
      readonly missing: readonly string[];
      /** For the run report. */
      readonly notices: readonly string[];
    }
  | {
      readonly decision: "fail";
      readonly changes: readonly SchemaChange[];
      /** The changes that stand in the way, those for one reason together, and what to do. */
      readonly problems: readonly string[];
    };

/** `remedy` is why it stands in the way and what to do; many changes share one, and it is said once. */
type Verdict = { readonly notice: string } | { readonly problem: string; readonly remedy: string };

/** What to do about drift, by policy; pure. Throws TYPE_UNSUPPORTED when a live type is unknown or its override does not fit. */
export function decideDrift(input: DriftInput): DriftDecision {
  const changes = compareSchemas(input.committed, input.live);
  const verdicts = changes.map((change) => judge(change, input));
  const problems = problemTexts(verdicts);
  if (problems.length > 0) return { decision: "fail", changes, problems };
  const live = new Map(input.live.columns);
  const missing = input.committed.columns.flatMap(([name]) => (live.has(name) ? [] : [name]));
  const added = changes.flatMap((change) =>
    change.kind === "added" && input.policy === "evolve" ? [change.column] : [],
  );
  const nullable = ([name, type]: SourceColumn): SourceColumn => [name, type.replace(/\s+NOT\s+NULL\s*$/i, "")];
  const columns = [
    ...input.committed.columns.map(([name, type]): SourceColumn => {
      const liveType = live.get(name);
      return liveType === undefined ? nullable([name, type]) : [name, liveType];
    }),
    ...input.live.columns.filter(([name]) => added.includes(name)).map(nullable),
  ];
  const notices = verdicts.flatMap((verdict) => ("notice" in verdict ? [verdict.notice] : []));
  return { decision: "proceed", changes, columns, missing, notices };
}

function problemTexts(verdicts: readonly Verdict[]): string[] {
  const byRemedy = new Map<string, string[]>();
  for (const verdict of verdicts) {
    if (!("problem" in verdict)) continue;
    byRemedy.set(verdict.remedy, [...(byRemedy.get(verdict.remedy) ?? []), verdict.problem]);
  }
  return [...byRemedy].map(([remedy, problems]) => problems.join("; ") + remedy);
}

function judge(change: SchemaChange, input: DriftInput): Verdict {
  const { policy, required, howToCommit = "run typegen" } = input;
  const what = schemaChangeText(change);
  if (policy === "fail") return { problem: what, remedy: `; ${remedyOfFail(change, input)}` };
  switch (change.kind) {
    case "reordered":
      return { notice: `${what}; columns are read by name, so nothing changes` };
    case "added":
      return policy === "evolve"
        ? { notice: `${what}; rows that landed before hold NULL, whatever its DEFAULT, until they are read again` }
        : { notice: `${what}; it does not land, as the schema is frozen` };
    case "dropped":
      if (required.includes(change.column)) {
        return { problem: what, remedy: `, but ${neededByDefinition}` };
      }
      return policy === "evolve"
        ? { notice: `${what}; it stays in the table and holds NULL from now on` }
        : {
            problem: what,
            remedy: `, and a frozen schema needs every committed column; ${howToCommit} or say onSchemaChange: "evolve"`,
          };
    case "nullabilityChanged":
      return change.nullable && policy === "freeze"
        ? {
            problem: what,
            remedy: `, and a frozen schema declares it NOT NULL; ${howToCommit} or say onSchemaChange: "evolve"`,
          }
        : { notice: what };
    case "typeChanged":
      return landsAlike(change.column, input)
        ? { notice: `${what}; it lands as before` }
        : {
            problem: what,
            remedy: `, which would land as another type, and ${landOtherwise}`,
          };
    default:
      return change satisfies never;
  }
}

const neededByDefinition =
  "the definition needs it as a key, cursor, partition or rule column; take it out of the definition, or bring it back at the source";
const landOtherwise =
  "a table's column cannot change its type; name the landed type under columns, or land the dataset anew";

/** What helps where every change stops the run: only such policies as would let this one pass. */
function remedyOfFail(change: SchemaChange, input: DriftInput): string {
  const { howToCommit = "run typegen" } = input;
  const passing = (["evolve", "freeze"] as const).filter((policy) => "notice" in judge(change, { ...input, policy }));
  const orSay =
    passing.length === 0 ? "" : `, or say onSchemaChange: ${passing.map((policy) => `"${policy}"`).join(" or ")}`;
  if (change.kind === "dropped" && passing.length === 0) return neededByDefinition;
  if (change.kind === "typeChanged" && passing.length === 0)
    return `it would land as another type, and ${landOtherwise}`;
  return `${howToCommit} to commit the live schema${orSay}`;
}

function landsAlike(column: string, { committed, live, overrides, target }: DriftInput): boolean {
  const landed = (columns: readonly SourceColumn[]) =>
    planLanding(
      columns.filter(([name]) => name === column),
      overrides,
      target,
    ).map(({ field }) => ({ ...field, nullable: true }));
  return sameFields(landed(committed.columns), landed(live.columns));
}
