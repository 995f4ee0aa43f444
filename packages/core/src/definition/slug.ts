import { z } from "zod";

/** A name that goes into the names of resources. */
export const slug = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, {
  error: "expected a name of lower-case letters, digits and -, starting with a letter, of at most 63 characters",
});
