import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

/** Entries come from the package's own `exports`: what is published is what is built, named once. A path alone is data. */
function entries(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    exports: Record<string, string | { "@snowmelt/source": string }>;
  };
  const sources = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : target["@snowmelt/source"],
  );
  return Object.fromEntries(sources.map((source) => [source.replace(/^\.\/src\/|\.ts$/g, ""), source]));
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
  removeNodeProtocol: false,
  tsconfig: "../../tsconfig.json",
});
