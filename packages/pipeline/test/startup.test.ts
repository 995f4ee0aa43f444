import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Loads modules in a process of its own and prints which clients of AWS came with them. */
const loadedClients = (specifiers: readonly string[]): string[] => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = new Set();
    registerHooks({
      resolve(specifier, context, next) {
        if (/^@(aws-sdk|smithy)\\//.test(specifier)) loaded.add(specifier);
        return next(specifier, context);
      },
    });
    for (const specifier of ${JSON.stringify(specifiers)}) await import(specifier);
    console.log(JSON.stringify([...loaded]));
  `;
  const args = ["--conditions=@snowmelt/source", "--input-type=module", "-e", script];
  const options = { cwd: join(import.meta.dirname, ".."), encoding: "utf8", stdio: "pipe" } as const;
  return JSON.parse(execFileSync(process.execPath, args, options)) as string[];
};

test("a pipeline that lands in a folder loads nothing of AWS", { timeout: 120_000 }, () => {
  expect(loadedClients(["@snowmelt/pipeline"])).toEqual([]);
  expect(loadedClients(["@snowmelt/lake/s3"])).toContain("@aws-sdk/client-s3");
});
