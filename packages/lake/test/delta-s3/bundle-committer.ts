import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";

export interface CommitterBundle extends AsyncDisposable {
  /** To run with Node. */
  readonly script: string;
}

/** The committing process as one file: a hundred of it start in the time that a few take from the sources. */
export async function bundleCommitter(): Promise<CommitterBundle> {
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-committer-"));
  await build({
    config: false,
    silent: true,
    entry: { committer: join(import.meta.dirname, "..", "fixtures", "commit-lanes.ts") },
    outDir: folder,
    format: "esm",
    platform: "node",
    target: "node24",
    splitting: false,
    noExternal: [/.*/],
    outExtension: () => ({ js: ".mjs" }),
    // What was CommonJS still asks for Node's own modules in its way.
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
    esbuildOptions(options) {
      options.conditions = ["@snowmelt/source", "node"];
    },
  });
  return {
    script: join(folder, "committer.mjs"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
