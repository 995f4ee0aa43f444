import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { secretsContract } from "@snowmelt/core/ports/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { systemSecrets } from "../src/index.ts";
import { rememberSecrets } from "../src/record/redactor.ts";

const value = "hunter2hunter2";
const known = { ref: secretRef("env:KNOWN"), value };
const unknown = secretRef("env:UNKNOWN");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "snowmelt-secrets-"));
  await writeFile(join(folder, "known"), `${value}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const suites = {
  "secrets of the environment": secretsContract(() => ({ secrets: systemSecrets({ KNOWN: value }), known, unknown })),
  "secrets of files": secretsContract(() => ({
    secrets: systemSecrets({}),
    known: { ref: secretRef(`file:${folder}/known`), value },
    unknown: secretRef(`file:${folder}/unknown`),
  })),
  "secrets that a run remembers": secretsContract(() => ({
    secrets: rememberSecrets(memorySecrets({ "env:KNOWN": value })).secrets,
    known,
    unknown,
  })),
};

for (const [what, cases] of Object.entries(suites))
  describe(what, () => {
    for (const { name, run } of cases) it(name, run);
  });
