import { errorFactory } from "@snowmelt/core/errors";

/** The errors of the Glue catalog and of crawls. */
export const glueError = errorFactory({
  GLUE_OPTIONS_INVALID: { category: "definition", summary: "Glue was to be reached in a way that cannot be." },
  GLUE_NAME_INVALID: { category: "definition", summary: "A name has no form in the Glue catalog." },
  GLUE_TYPE_UNSUPPORTED: { category: "definition", summary: "A column's type has no form in the Glue catalog." },
  GLUE_PROJECTION_INVALID: {
    category: "definition",
    summary: "A partition projection is one that Athena would refuse.",
  },
  GLUE_PARTITION_INVALID: { category: "definition", summary: "Partitions are not of their table, or named twice." },
  GLUE_DATABASE_MISSING: {
    category: "definition",
    summary: "The Glue database is not there; databases are made by Terraform, before a run.",
  },
  GLUE_TABLE_FOREIGN: {
    category: "conflict",
    summary: "A Glue table of that name is not ours to change: it is a view, or of another place or layout.",
  },
  GLUE_ENTITY_MISSING: { category: "storage", summary: "Glue does not have what was asked for." },
  GLUE_ALREADY_EXISTS: { category: "conflict", summary: "Glue has what was to be made." },
  GLUE_CHANGED_MEANWHILE: {
    category: "conflict",
    summary: "Someone changed the table between reading and writing it.",
  },
  GLUE_PARTITIONS_REFUSED: { category: "storage", summary: "Glue refused partitions, each with its own reason." },
  GLUE_THROTTLED: { category: "storage", retryable: true, summary: "Glue asks for fewer requests." },
  GLUE_UNAVAILABLE: {
    category: "storage",
    retryable: true,
    summary: "Glue did not answer, or failed; whether the request was carried out is not known.",
  },
  GLUE_ACCESS_DENIED: { category: "credentials", summary: "The role may not do this in Glue." },
  GLUE_CREDENTIALS_INVALID: { category: "credentials", summary: "AWS does not accept the credentials." },
  GLUE_LIMIT_REACHED: { category: "storage", summary: "A quota of the account is used up." },
  GLUE_REFUSED: { category: "storage", summary: "Glue refused a request." },
  GLUE_CRAWLER_RUNNING: { category: "conflict", summary: "The crawler runs already." },
  GLUE_CRAWL_FAILED: { category: "storage", summary: "A crawl failed." },
  GLUE_CRAWL_STOPPED: { category: "aborted", summary: "Someone stopped the crawl." },
  GLUE_CRAWL_LATE: { category: "storage", summary: "A crawl was not done by its deadline." },
});

export type GlueErrorCode = keyof typeof glueError.table;
