import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bundleFunction } from "../scripts/bundle/bundle-function.ts";
import { bundleFunctions, functionNames } from "../scripts/bundle/bundle-functions.ts";

const MAX_ZIP_BYTES = 1_500_000;
/** One with the Snowflake driver, one without: all that a bundle is made of. */
const builtTwice = new Set(["land", "catalog"]);
const root = join(import.meta.dirname, "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "snowmelt-bundle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The sources in another folder, with the same installed packages beside them. */
function copyRepository(to: string): string {
  const withoutModules = { recursive: true, filter: (path: string) => !/(^|\/)(node_modules|dist)(\/|$)/.test(path) };
  for (const part of ["apps/lambdas", "packages", "tsconfig.json", "package.json"]) {
    cpSync(join(root, part), join(to, part), withoutModules);
  }
  const modules = join(to, "node_modules");
  mkdirSync(join(modules, "@snowmelt"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== "@snowmelt") symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  for (const name of ["core", "lake", "pipeline", "snowflake"]) {
    symlinkSync(join(to, "packages", name), join(modules, "@snowmelt", name));
  }
  return join(to, "apps", "lambdas", "src");
}

test("a bundle has the user's own code where its function asks for it, and only there", async () => {
  const here = join(root, "apps", "lambdas", "src");
  const extensions = join(import.meta.dirname, "own-code", "extensions.ts");
  const bundled = async (name: string, options = {}) =>
    Buffer.from((await bundleFunction(join(here, name, "handler.ts"), name, options)).code).toString();
  for (const name of ["land", "transform", "notify"]) {
    expect(await bundled(name, { extensions }), name).toContain("only in the bundle of a team of its own");
  }
  expect(await bundled("transform")).not.toContain("of a team of its own");
  expect(await bundled("extract", { extensions })).not.toContain("of a team of its own");
  await expect(bundled("land", { extensions: "nowhere.ts" })).rejects.toThrow("There is no file nowhere.ts");
}, 120_000);

test("the same sources give the same zips in another folder, each small enough to start fast", async () => {
  const elsewhere = copyRepository(join(folder, "some", "where else"));
  const here = join(root, "apps", "lambdas", "src");
  const sizes: Record<string, number> = {};
  for await (const { name, sha256, zip, code } of bundleFunctions(here)) {
    if (builtTwice.has(name)) {
      const again = await bundleFunction(join(elsewhere, name, "handler.ts"), name);
      expect({ name, sha256: again.sha256 }).toEqual({ name, sha256 });
    }
    expect(Buffer.from(code).includes(root), `${name} names the folder that it was made in`).toBe(false);
    sizes[name] = zip.length;
  }
  expect(Object.keys(sizes)).toEqual(functionNames(here));
  expect(Object.entries(sizes).filter(([, bytes]) => bytes > MAX_ZIP_BYTES)).toEqual([]);
}, 120_000);
