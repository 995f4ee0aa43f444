import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";

export interface CommitterBundle extends AsyncDisposable {
  /** To run with Node. */
  readonly script: string;
  /** Environment with which Node finds it compiled. */
  readonly env: NodeJS.ProcessEnv;
}

/** The committing process as one compiled file: a hundred of it start in the time that a few take from the sources. */
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
    minify: true,
    noExternal: [/.*/],
    outExtension: () => ({ js: ".mjs" }),
    // What was CommonJS still asks for Node's own modules in its way.
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
    esbuildOptions(options) {
      options.conditions = ["@snowmelt/source", "node"];
    },
  });
  const script = join(folder, "committer.mjs");
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") };
  // Without a word it commits nothing; the compiled code is kept when it ends.
  const options = { bucket: "none", region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };
  const first = JSON.stringify({ options, path: "none", lanes: [], steps: 0 });
  const warmed = spawnSync(process.execPath, [script, first], { env, input: "", encoding: "utf8" });
  if (warmed.status !== 0) throw new Error(`The committer does not start: ${warmed.stderr}`);
  return { script, env, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
