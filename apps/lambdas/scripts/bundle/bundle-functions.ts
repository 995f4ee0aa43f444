import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BundleOptions, bundleFunction, type FunctionBundle } from "./bundle-function.ts";

/** Every folder with a handler is a function. */
export function functionNames(sources: string): string[] {
  return readdirSync(sources)
    .filter((name) => existsSync(join(sources, name, "handler.ts")))
    .sort();
}

/** Bundles the functions one after the other: the machine that builds is often small, and esbuild uses all of it by itself. */
export async function* bundleFunctions(
  sources: string,
  { only, ...options }: BundleOptions & { readonly only?: readonly string[] | undefined } = {},
): AsyncGenerator<FunctionBundle> {
  for (const name of functionNames(sources)) {
    if (only && !only.includes(name)) continue;
    yield await bundleFunction(join(sources, name, "handler.ts"), name, options);
  }
}

/** Writes `<name>.zip`, and apart from it `maps/<name>.js.map`. Replaces what was there. */
export async function writeBundles(bundles: AsyncIterable<FunctionBundle>, folder: string): Promise<FunctionBundle[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "maps"), { recursive: true });
  const written: FunctionBundle[] = [];
  for await (const bundle of bundles) {
    await writeFile(join(folder, `${bundle.name}.zip`), bundle.zip);
    await writeFile(join(folder, "maps", `${bundle.name}.js.map`), bundle.sourceMap);
    written.push(bundle);
  }
  return written;
}
