import type { Plugin } from "esbuild";

/** zod brings its messages in fifty languages; logs are read in one. */
export function cutLocales(): Plugin {
  return {
    name: "cut-zod-locales",
    setup(build) {
      build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.c?js$/ }, () => ({
        contents: 'export { default as en } from "./en.js";',
        loader: "js",
      }));
    },
  };
}
