import { coreError } from "../errors/index.ts";

/** What to do with names the lake cannot hold: stop, or rename by a fixed rule and list what was renamed. */
export type NamePolicy = "fail" | "rename";

export interface Rename {
  /** Position among the fields; two fields may have had the same name. */
  readonly index: number;
  readonly from: string;
  readonly to: string;
}

export interface CheckedNames {
  /** The name each field lands under, in the fields' order. */
  readonly names: readonly string[];
  readonly renames: readonly Rename[];
}

export const maxColumnNameLength = 255;

// Spark and Delta Kernel refuse these without column mapping.
const rejected = /[ ,;{}()\n\t=]/g;

/**
 * The names that fields land under: unique ignoring case, 1 to 255 characters, none of ` ,;{}()=`, tab or line feed.
 * `fail` throws NAME_COLLISION or NAME_INVALID, naming every offender. `rename` puts `_` for a rejected character,
 * `column_<position from 1>` for an empty name, cuts long names, and numbers a name that is taken (`a`, `A` become `a`,
 * `A_2`). A name follows from the names before it alone, so columns appended later rename nothing that has landed.
 */
export function checkColumnNames(fields: readonly { readonly name: string }[], policy: NamePolicy): CheckedNames {
  if (policy === "fail") refuse(fields.map(({ name }) => name));
  const taken = new Set<string>();
  const names = fields.map(({ name }, index) => {
    const landed = firstFree(acceptable(name, index), taken);
    taken.add(landed.toLowerCase());
    return landed;
  });
  const renames = fields.flatMap(({ name: from }, index) => {
    const to = names[index] ?? from;
    return from === to ? [] : [{ index, from, to }];
  });
  return { names, renames };
}

function refuse(names: readonly string[]): void {
  const invalid = names.flatMap((name, index) =>
    acceptable(name, index) === name ? [] : [describeInvalid(name, index)],
  );
  if (invalid.length > 0) {
    throw coreError(
      "NAME_INVALID",
      `The lake cannot hold these column names: ${invalid.join("; ")}. Rename them at the source or in a query(), or say names: "rename".`,
      { details: { names: names.filter((name, index) => acceptable(name, index) !== name) } },
    );
  }
  const groups = [...Map.groupBy(names, (name) => name.toLowerCase()).values()].filter((group) => group.length > 1);
  if (groups.length === 0) return;
  const listed = groups.map((group) => group.map((name) => JSON.stringify(name)).join(" and ")).join("; ");
  throw coreError(
    "NAME_COLLISION",
    `The lake ignores case in column names, so these are the same: ${listed}. Rename them at the source or in a query(), or say names: "rename".`,
    { details: { collisions: groups } },
  );
}

function describeInvalid(name: string, index: number): string {
  if (name === "") return `column ${index + 1} has an empty name`;
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
  if (name.length > maxColumnNameLength)
    return `${shown} has ${name.length} characters, more than ${maxColumnNameLength}`;
  const found = [...new Set(name.match(rejected))].map((character) => JSON.stringify(character)).join(" ");
  return `${shown} holds ${found}`;
}

function acceptable(name: string, index: number): string {
  if (name === "") return `column_${index + 1}`;
  return cut(name.replace(rejected, "_"), maxColumnNameLength);
}

function firstFree(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let count = 2; taken.has(candidate.toLowerCase()); count++) {
    const suffix = `_${count}`;
    candidate = cut(name, maxColumnNameLength - suffix.length) + suffix;
  }
  return candidate;
}

/** At most `length` UTF-16 units, never half a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}
