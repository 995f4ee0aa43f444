/**
 * Bundles the functions into dist/<name>.zip and prints what each weighs. Fails where one is larger than it may be.
 *
 *     npm run bundle -w apps/lambdas [-- [--extensions file] name...]
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleFunctions, writeBundles } from "./bundle/bundle-functions.ts";

const MAX_ZIP_BYTES = 1_500_000;
const root = join(import.meta.dirname, "..");
const { values, positionals: only } = parseArgs({
  options: { extensions: { type: "string" } },
  allowPositionals: true,
});
// npm runs this in the package's folder; a path is meant from where it was called.
const calledFrom = process.env.INIT_CWD ?? process.cwd();
const extensions = values.extensions === undefined ? undefined : resolve(calledFrom, values.extensions);
const bundles = await writeBundles(
  bundleFunctions(join(root, "src"), { only: only.length > 0 ? only : undefined, extensions }),
  join(root, "dist"),
);
const kb = (bytes: number): number => Math.round(bytes / 1000);
console.table(
  bundles.map(({ name, code, zip, sha256, parts }) => ({
    function: name,
    "zip KB": kb(zip.length),
    "code KB": kb(code.length),
    sha256: sha256.slice(0, 12),
    "largest parts (KB)": parts
      .slice(0, 4)
      .map((part) => `${part.name} ${kb(part.bytes)}`)
      .join(", "),
  })),
);
const tooLarge = bundles.filter(({ zip }) => zip.length > MAX_ZIP_BYTES);
for (const { name, zip } of tooLarge) {
  console.error(`${name}.zip has ${zip.length} bytes; at most ${MAX_ZIP_BYTES} are allowed, so that it starts fast.`);
}
process.exitCode = tooLarge.length > 0 ? 1 : 0;
