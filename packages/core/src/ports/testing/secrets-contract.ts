import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isSnowmeltError } from "../../errors/index.ts";
import { type SecretRef, type Secrets, secretRef } from "../secrets.ts";
import { type ContractCase, openCases } from "./contract-case.ts";

export interface SecretsUnderContract {
  readonly secrets: Secrets;
  /** One that is there, and what it is; at least 8 characters that stand in no message by chance. */
  readonly known: { readonly ref: SecretRef; readonly value: string };
  /** One of the same kind that is not there. */
  readonly unknown: SecretRef;
}

/** What every Secrets must do. */
export function secretsContract(
  open: () => SecretsUnderContract | Promise<SecretsUnderContract>,
): readonly ContractCase[] {
  const { cases, contract } = openCases(open);

  contract("reveals what it was given, each time", async ({ secrets, known: { ref, value } }) => {
    assert.equal((await secrets.get(ref)).reveal(), value);
    assert.equal((await secrets.get(ref)).reveal(), value);
  });

  contract("reveals the one in use past its cache too, and by name", async ({ secrets, known: { ref, value } }) => {
    assert.equal((await secrets.get(ref, { refresh: true })).reveal(), value);
    assert.equal((await secrets.get(ref, { version: "current" })).reveal(), value);
  });

  contract("shows the value nowhere but where it is revealed", async ({ secrets, known: { ref, value } }) => {
    const secret = await secrets.get(ref);
    for (const shown of [`${secret}`, JSON.stringify({ secret }), inspect(secret, { depth: 9, showHidden: true })])
      assert.ok(!shown.includes(value));
  });

  contract("says SECRET_NOT_FOUND, naming the reference and no other's value", async ({ secrets, known, unknown }) => {
    await assertNotFound(secrets, unknown, known.value);
  });

  contract("says so too of a scheme that it does not know", async ({ secrets, known }) => {
    await assertNotFound(secrets, secretRef("no-such-scheme:name"), known.value);
  });

  return cases;
}

async function assertNotFound(secrets: Secrets, ref: SecretRef, value: string): Promise<void> {
  const error: unknown = await secrets.get(ref).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(isSnowmeltError(error, "SECRET_NOT_FOUND"), `expected SECRET_NOT_FOUND, got ${inspect(error)}`);
  assert.equal(error.category, "credentials");
  assert.ok(error.message.includes(ref.secret.slice(ref.secret.indexOf(":") + 1)));
  assert.ok(!inspect(error, { depth: 9 }).includes(value));
}
