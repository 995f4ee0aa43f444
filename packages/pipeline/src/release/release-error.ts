import { errorFactory } from "@snowmelt/core/errors";

/** What asking for the deployed definitions can fail with. */
export const releaseError = errorFactory({
  RELEASE_MISSING: { category: "definition", summary: "Nothing was released into the environment." },
  RELEASE_INVALID: { category: "definition", summary: "What was released cannot be read by this version." },
  PIPELINE_UNKNOWN: { category: "definition", summary: "No pipeline of that name is released into the environment." },
  REQUEST_INVALID: { category: "definition", summary: "A run was asked for in a way that cannot be understood." },
});
