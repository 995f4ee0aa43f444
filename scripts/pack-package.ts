import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "./manifest-problems.ts";

const root = join(import.meta.dirname, "..");

/** A package as npm would publish it. */
export interface Packed {
  /** Below `packages/`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Absolute path of the .tgz. */
  readonly tarball: string;
  /** Paths inside it. */
  readonly files: readonly string[];
}

interface PackReport {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs `packages/<folder>`, as it is built now, into a tarball below `destination`. */
export function packPackage(folder: string, destination: string): Packed {
  const cwd = join(root, "packages", folder);
  const args = ["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", destination];
  const [report] = JSON.parse(execFileSync("npm", args, { cwd, encoding: "utf8" })) as [PackReport];
  return {
    folder,
    manifest: readManifest(join("packages", folder)),
    tarball: join(destination, report.filename),
    files: report.files.map(({ path }) => path),
  };
}

/** The package.json of a folder, named from the root of the repository. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}
