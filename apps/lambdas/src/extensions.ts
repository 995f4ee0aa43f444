import type { Extensions } from "@snowmelt/pipeline/extensions";

/** Code of the user's own that definitions name. None here: a bundle is made with a file of the user's in the place of this one. */
export const extensions: Extensions = {};
