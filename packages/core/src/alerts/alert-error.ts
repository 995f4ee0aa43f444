import { errorFactory } from "../errors/index.ts";

/** What this sub-path can fail with. */
export const alertError = errorFactory({
  WEBHOOK_SECRET_INVALID: {
    category: "credentials",
    summary: "A webhook's secret is not whsec_ and the base64 of 24 to 64 bytes.",
  },
});
