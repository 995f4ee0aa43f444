import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { entryPoints } from "./manifest-problems.ts";
import type { Packed } from "./pack-package.ts";

/** What an entry point is called that runs as a process or worker of its own; importing it would start it. */
const PROGRAM = /\/(process|[\w-]*worker)$/;

/**
 * Installs the tarballs in an empty project below `work`, imports every entry point with plain Node as a user's
 * program would, and asks every command for its help. A sentence for each that fails.
 */
export function importInstalled(packages: readonly Packed[], work: string): string[] {
  const project = join(work, "project");
  // A sub-path may need peers that the package itself does not.
  const peers = packages.flatMap(({ manifest }) => Object.entries(manifest.peerDependencies ?? {}));
  const dependencies = {
    ...Object.fromEntries(peers.filter(([name]) => !name.startsWith("@snowmelt/"))),
    ...Object.fromEntries(packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`])),
  };
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  const flags = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const install = spawnSync("npm", ["install", ...flags], { cwd: project, encoding: "utf8" });
  if (install.status !== 0) return [`npm install of the packed packages failed: ${install.stderr}`];

  return packages.flatMap(({ folder, manifest }) => {
    const imports = entryPoints(manifest)
      .filter((entry) => !PROGRAM.test(entry))
      .map((entry) => ["--input-type=module", "-e", `await import("${entry}")`]);
    const commands = Object.values(manifest.bin ?? {}).map((path) => [
      join(project, "node_modules", manifest.name, path),
      "--help",
    ]);
    return [...imports, ...commands].flatMap((args) => {
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: "utf8", timeout: 60_000 });
      return status === 0
        ? []
        : [`packages/${folder}: where it is installed, "node ${args.join(" ")}" fails: ${stderr}`];
    });
  });
}
