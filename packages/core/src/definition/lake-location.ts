import { z } from "zod";
import { strict } from "./strict.ts";

const bucket = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^?#@]*)?$/;
const file = /^(file:\/\/\/|\.{1,2}\/|\/)[^?#]*$/;

export const LakeLocation = strict({
  /** `s3://bucket/prefix`, `file:///data/lake`, or a folder by path (relative to the working directory: `./.snowmelt/lake`). */
  root: z.string().refine((root) => bucket.test(root) || file.test(root), {
    error: "expected s3://bucket/prefix, file:///folder, /folder or ./folder",
  }),
});
/** Where the lake of an environment is, in normal form. */
export type LakeLocation = z.output<typeof LakeLocation>;
