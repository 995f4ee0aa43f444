import { errorFactory } from "./error-factory.ts";

/** What this package can fail with. */
export const coreError = errorFactory({
  DEFINITION_INVALID: {
    category: "definition",
    summary: "A definition does not have the shape the language asks for.",
  },
  DEFINITION_UNSUPPORTED: {
    category: "definition",
    summary: "The definition names something that is not implemented yet.",
  },
  EXTENSION_UNKNOWN: {
    category: "definition",
    summary: "A definition names code of the user's own that was not given.",
  },
  EXTENSION_INVALID: { category: "definition", summary: "Code of the user's own does not have the form it has to." },
  RUN_REQUEST_REFUSED: {
    category: "definition",
    summary: "A run was asked for that the definition does not have, or that cannot be.",
  },
  TYPE_UNSUPPORTED: { category: "definition", summary: "A Snowflake type has no exact form in the target." },
  NAME_COLLISION: {
    category: "definition",
    summary: "Two column names are the same to the target, which ignores case.",
  },
  NAME_INVALID: { category: "definition", summary: "A column name holds characters the target rejects." },
  SCHEMA_DRIFT: {
    category: "data",
    summary: "The live schema differs from the committed one in a way the policy does not allow.",
  },
  SECRET_NOT_FOUND: { category: "credentials", summary: "A secret reference resolves to nothing." },
  SPILL_FAILED: {
    category: "storage",
    summary: "What outgrew its memory budget could not be put aside on disk.",
  },
  ABORTED: { category: "aborted", summary: "The caller's signal was aborted." },
  RETRIES_EXHAUSTED: {
    category: "source",
    summary: "An operation kept failing until its attempts or its time ran out.",
  },
});
