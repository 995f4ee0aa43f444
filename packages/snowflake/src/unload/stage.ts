import { quotePath } from "../quote.ts";
import type { SnowflakeSession, StatementSettings } from "../session.ts";
import { snowflakeError } from "../snowflake-error.ts";
import { type StageName, stageText } from "./stage-name.ts";

/** A named stage as the server describes it. */
export interface Stage extends StageName {
  /** `internal` stages keep their files at Snowflake: they are fetched, not written to the lake. */
  readonly kind: "external" | "internal";
  /** Where an external stage's files are: `s3://bucket/prefix/`, always with a slash at its end. */
  readonly url: string | undefined;
  /** The storage integration whose role writes; undefined when the stage has none. */
  readonly integration: string | undefined;
  /** `AWS_SSE_KMS` and the like; undefined when the server does not say. */
  readonly encryption: string | undefined;
  readonly kmsKeyId: string | undefined;
}

/** Describes a stage. Throws OBJECT_NOT_FOUND when there is none or the role may not see it. May be repeated. */
export async function describeStage(
  session: Pick<SnowflakeSession, "query">,
  name: StageName,
  settings: StatementSettings = {},
): Promise<Stage> {
  const path = quotePath(name.database, name.schema, name.name);
  const { columns, rows } = await session.query(`DESCRIBE STAGE ${path}`, [], settings);
  const indexOf = (wanted: string): number => columns.findIndex((column) => column.name.toLowerCase() === wanted);
  const [parent, property, value] = [indexOf("parent_property"), indexOf("property"), indexOf("property_value")];
  if (property < 0 || value < 0) {
    throw snowflakeError(
      "RESULT_MISMATCH",
      `DESCRIBE STAGE ${stageText(name)} came with the columns ${columns.map((column) => column.name).join(", ")}; expected property and property_value.`,
    );
  }
  return parseStage(
    name,
    rows.map((row) => ({ parent: row[parent] ?? "", property: row[property] ?? "", value: row[value] ?? "" })),
  );
}

interface StageProperty {
  readonly parent: string;
  readonly property: string;
  readonly value: string;
}

/** The properties of DESCRIBE STAGE. A URL comes as a JSON list of one. */
export function parseStage(name: StageName, properties: readonly StageProperty[]): Stage {
  const find = (property: string, parent?: string): string | undefined =>
    properties.find(
      (row) =>
        row.property.toUpperCase() === property &&
        row.value !== "" &&
        (parent === undefined || row.parent.toUpperCase() === parent),
    )?.value;
  const [url, ...others] = parseUrls(find("URL") ?? "");
  if (others.length > 0) {
    throw snowflakeError(
      "STAGE_MISMATCH",
      `Stage ${stageText(name)} has ${others.length + 1} locations; expected one.`,
    );
  }
  return {
    ...name,
    kind: url === undefined ? "internal" : "external",
    url: url === undefined ? undefined : `${url.replace(/\/+$/, "")}/`,
    integration: find("STORAGE_INTEGRATION"),
    encryption: find("TYPE", "STAGE_ENCRYPTION") ?? find("ENCRYPTION_TYPE") ?? find("ENCRYPTION"),
    kmsKeyId: find("KMS_KEY_ID"),
  };
}

/**
 * Where a folder of the lake is below a stage: `raw/flights/` for the table `s3://lake/raw/flights` and a stage at
 * `s3://lake/`; empty when the stage is that very folder. Both URLs are compared letter by letter, as S3 does. Throws STAGE_MISMATCH, naming both, when the stage is
 * internal, or points elsewhere: an unload into it would end where nobody looks.
 */
export function checkStage(stage: Stage, folderUri: string): { readonly prefix: string } {
  const { url } = stage;
  if (url === undefined) {
    throw mismatch(stage, folderUri, "is internal: its files stay at Snowflake until they are moved");
  }
  const folder = `${folderUri.replace(/\/+$/, "")}/`;
  const [root, target] = [withPlainScheme(url), withPlainScheme(folder)];
  if (!target.startsWith(root)) throw mismatch(stage, folderUri, `points to ${url}`);
  return { prefix: target.slice(root.length) };
}

/** S3 of other partitions has schemes of its own in Snowflake; bucket names are unique in each. */
const withPlainScheme = (url: string): string =>
  url.replace(/^s3(gov|china):/, "s3:").replace(/^file:\/\/localhost\//, "file:///");

function parseUrls(value: string): readonly string[] {
  if (!value.startsWith("[")) return value === "" ? [] : [value];
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed.filter((url) => typeof url === "string" && url !== "") : [];
  } catch {
    return [value];
  }
}

const mismatch = (stage: Stage, folderUri: string, why: string): Error =>
  snowflakeError(
    "STAGE_MISMATCH",
    `Stage ${stageText(stage)} ${why}, and the lake's folder is ${folderUri}. Name a stage whose URL is that folder or one above it, or an internal stage.`,
    { details: { stage: stageText(stage), stageUrl: stage.url, folder: folderUri } },
  );
