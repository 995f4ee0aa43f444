import { manifestGuarantee } from "@snowmelt/lake/plain";

/** What a plain Parquet table does not promise, as `plan` and every run tell it. */
export const plainNotice = {
  code: "MANIFEST_GUARANTEE",
  message: `The table is plain Parquet: ${manifestGuarantee.text}. delta() has no such moment.`,
} as const;
