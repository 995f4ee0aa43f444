import { openS3Store, type S3Store } from "@snowmelt/lake/s3";

/** The store of definitions, receipts and what goes from stage to stage. No I/O. */
export function openStateObjects(root: string): S3Store {
  const { hostname: bucket, pathname } = new URL(root);
  const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, "");
  return openS3Store({ bucket, ...(prefix === "" ? {} : { prefix }) });
}
