import { coreError } from "../errors/index.ts";
import { SecretRef } from "../ports/index.ts";

/** A secret by reference, such as `secret("env:SNOWFLAKE_PASSWORD")`; the only form in which a definition knows secrets. */
export function secret(reference: string): SecretRef {
  const parsed = SecretRef.safeParse({ secret: reference });
  if (parsed.success) return parsed.data;
  throw coreError(
    "DEFINITION_INVALID",
    'secret() expected a reference such as "env:SNOWFLAKE_PASSWORD". What came is not shown, as it may be the secret itself.',
  );
}
