import { existsSync, readFileSync } from "node:fs";
import { defineConfig } from "tsup";

/** Entries come from the package's own `exports`: what is published is what is built, named once. */
function entries(): string[] {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    exports: Record<string, { "@snowmelt/source"?: string }>;
  };
  return Object.values(manifest.exports).flatMap((target) => target["@snowmelt/source"] ?? []);
}

export default defineConfig({
  entry: entries(),
  format: "esm",
  target: "node22",
  dts: true,
  clean: true,
  sourcemap: true,
  splitting: true,
  treeshake: true,
  ...(existsSync("tsconfig.build.json") ? { tsconfig: "tsconfig.build.json" } : { tsconfig: "../../tsconfig.json" }),
});
