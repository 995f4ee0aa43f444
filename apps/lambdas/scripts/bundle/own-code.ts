import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "esbuild";

/** Puts a file of the user's, which exports `extensions`, in the place of the empty one of `sources`. Throws where there is none. */
export function ownCode(file: string, sources: string): Plugin {
  const path = resolve(file);
  if (!existsSync(path)) throw new Error(`There is no file ${file} to take extensions from (looked for ${path}).`);
  const empty = join(sources, "extensions.ts");
  return {
    name: "own-code",
    setup(build) {
      build.onResolve({ filter: /[\\/]extensions\.ts$/ }, (asked) =>
        join(asked.resolveDir, asked.path) === empty ? { path } : undefined,
      );
    },
  };
}
