import { errorFactory } from "@snowmelt/core/errors";

/** What this package can fail with, beside what its parts do. */
export const pipelineError = errorFactory({
  ENVIRONMENT_UNKNOWN: { category: "definition", summary: "The platform has no environment of that name." },
  DATASET_UNKNOWN: { category: "definition", summary: "The pipeline has no dataset of that name." },
  PLAN_REFUSED: { category: "definition", summary: "The definition asks for something that cannot be run." },
  ROUTE_IMPOSSIBLE: { category: "definition", summary: "A dataset is to be unloaded and cannot be." },
  BACKFILL_REFUSED: { category: "definition", summary: "A backfill cannot be made as it is asked for." },
  BACKFILL_CHANGED: {
    category: "definition",
    summary: "A backfill of that id was begun with other bounds; ids are used once.",
  },
  RUN_UNKNOWN: { category: "definition", summary: "There is no record of the run, or it is of another pipeline." },
  STATE_INVALID: { category: "storage", summary: "A state file does not hold what was written there." },
  RECORDS_UNWRITABLE: { category: "storage", summary: "A run's records cannot be written where they belong." },
  DATASET_BUSY: { category: "conflict", retryable: true, summary: "Another run holds the dataset." },
  CURSOR_IS_NULL: { category: "data", summary: "Rows without a cursor value would never be read." },
  VERIFICATION_FAILED: { category: "data", summary: "What was landed does not add up to what the source holds." },
  QUALITY_BLOCKED: { category: "quality", summary: "A blocking quality rule failed; nothing was committed." },
  RULE_FAILED: {
    category: "quality",
    summary: "A quality rule of the user's own could not be evaluated; nothing was committed.",
  },
  COMMIT_LOST: {
    category: "conflict",
    retryable: true,
    summary: "The table moved on while the window was being landed.",
  },
  SCHEMA_MISMATCH: { category: "data", summary: "The table in the lake has another schema than the definition lands." },
  RUN_STATE_NEWER: {
    category: "conflict",
    summary: "A run was written by a newer version of Snowmelt; this one touches nothing of it.",
  },
  RUN_STATE_INVALID: { category: "storage", summary: "What is stored of a run is not what was written there." },
  RUN_TOO_LARGE: { category: "definition", summary: "A part of a run is larger than the engine's table takes." },
  ENGINE_TABLE_MISSING: {
    category: "storage",
    summary: "The engine's DynamoDB table, or an index of it, is not there.",
  },
  ENGINE_STORE_DENIED: {
    category: "credentials",
    summary: "The engine's table may not be read or written by this role.",
  },
  ENGINE_STORE_FAILED: { category: "storage", summary: "The engine's table refused a request, or is not reachable." },
  ARCHIVE_INVALID: { category: "storage", summary: "An export of the engine's stores is damaged, cut short or newer." },
  SECRETS_DENIED: {
    category: "credentials",
    summary: "Secrets Manager does not let this role read or change the secret.",
  },
  SECRETS_KMS_REFUSED: { category: "credentials", summary: "The key that a secret is encrypted with cannot be used." },
  SECRETS_UNREACHABLE: {
    category: "credentials",
    retryable: true,
    summary: "Secrets Manager throttles, fails or is not reachable.",
  },
  SECRETS_REFUSED: { category: "credentials", summary: "Secrets Manager refused a request for another reason." },
  SECRET_INVALID: { category: "credentials", summary: "A secret does not have the form that is expected of it." },
  ROTATION_REFUSED: { category: "credentials", summary: "A key cannot be rotated as things are." },
});
