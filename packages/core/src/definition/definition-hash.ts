import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";
import type { Pipeline } from "./pipeline.ts";

/** SHA-256 of the normal form's canonical JSON, in hex: the name a definition travels under. */
export function definitionHash(definition: Pipeline): string {
  return createHash("sha256").update(canonicalJson(definition)).digest("hex");
}
