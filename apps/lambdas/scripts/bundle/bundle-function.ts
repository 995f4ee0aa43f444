import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { catalogue } from "@snowmelt/core/functions";
import { build } from "esbuild";
import { cutLocales } from "./cut-locales.ts";
import { cutDriver, leaveOutDriver } from "./driver-cuts.ts";
import { ownCode } from "./own-code.ts";
import { zipOf } from "./zip.ts";

/** What a function is deployed from. */
export interface FunctionBundle {
  readonly name: string;
  /** The handler as one file, CommonJS; `index.handler` is what Lambda calls. */
  readonly code: Uint8Array;
  /** For people who read its stack traces; not deployed. */
  readonly sourceMap: Uint8Array;
  readonly zip: Uint8Array;
  /** SHA-256 of the zip in base64, as Lambda shows it (`CodeSha256`). */
  readonly sha256: string;
  /** Bytes that each package brings to the code, the largest first. */
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

export interface BundleOptions {
  /** A file that exports `extensions`: the code that definitions name. @default none */
  readonly extensions?: string | undefined;
}

/**
 * Bundles one handler: everything it imports in one file, so that a cold start reads one. CommonJS, since the OpenTelemetry
 * layer of AWS patches what is required and cannot patch what is imported. The bytes depend on the sources alone, never on
 * the folder they lie in.
 */
export async function bundleFunction(
  entry: string,
  name: string,
  { extensions }: BundleOptions = {},
): Promise<FunctionBundle> {
  const folder = join(entry, "..");
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: folder,
    outfile: join(folder, "index.js"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minify: true,
    // Names of errors and spans come from names of functions.
    keepNames: true,
    conditions: ["@snowmelt/source"],
    sourcemap: "external",
    sourcesContent: false,
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "error",
    plugins: [
      cutLocales(),
      asksSnowflake(name) ? cutDriver() : leaveOutDriver(),
      ...(extensions === undefined ? [] : [ownCode(extensions, join(folder, ".."))]),
    ],
  });
  const code = fileOf(outputFiles, "index.js");
  const zip = zipOf([{ name: "index.js", bytes: code }]);
  return {
    name,
    code,
    sourceMap: fileOf(outputFiles, "index.js.map"),
    zip,
    sha256: createHash("sha256").update(zip).digest("base64"),
    parts: partsOf(metafile.outputs["index.js"]?.inputs ?? {}),
  };
}

/** By its effects. A function that is not of the catalogue may. */
function asksSnowflake(name: string): boolean {
  const spec = Object.values(catalogue).find((each) => each.name === name);
  return spec?.effects.some(({ effect }) => effect === "snowflakeRole") ?? true;
}

function fileOf(files: readonly { readonly path: string; readonly contents: Uint8Array }[], name: string): Uint8Array {
  const found = files.find(({ path }) => basename(path) === name);
  if (!found) throw new Error(`esbuild gave no ${name}, but ${files.map(({ path }) => basename(path)).join(", ")}`);
  return found.contents;
}

function partsOf(inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>) {
  const bytes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const name =
      /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? /packages\/[^/]+/.exec(path)?.[0] ?? "handler";
    bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
  }
  return [...bytes].map(([name, size]) => ({ name, bytes: size })).sort((a, b) => b.bytes - a.bytes);
}
