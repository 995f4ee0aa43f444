import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { importInstalled } from "./import-installed.ts";
import { manifestProblems, promisedFiles } from "./manifest-problems.ts";
import { type Packed, packPackage, readManifest } from "./pack-package.ts";

// Judges what npm would publish: the tarballs, not the folders. Needs a build. Each line that it prints is a problem.

const root = join(import.meta.dirname, "..");
const rootManifest = readManifest(".");
const work = mkdtempSync(join(tmpdir(), "snowmelt-packages-"));
try {
  const folders = readdirSync(join(root, "packages"));
  const packages = folders.filter((folder) => !readManifest(join("packages", folder)).private);
  const packed = packages.map((folder) => packPackage(folder, work));
  const problems: string[] = [];
  for (const one of packed) problems.push(...(await problemsOf(one)));
  problems.push(...importInstalled(packed, work));

  for (const problem of problems) console.error(problem);
  console.log(`${packed.length} packages packed, installed and imported: ${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function problemsOf(packed: Packed): Promise<string[]> {
  const licence = join(root, "packages", packed.folder, "LICENSE");
  const sameLicence = existsSync(licence) && readFileSync(licence).equals(readFileSync(join(root, "LICENSE")));
  return [
    ...manifestProblems(packed.folder, packed.manifest, rootManifest),
    ...promisedFiles(packed.manifest)
      .filter((path) => !packed.files.includes(path))
      .map((path) => `${path} is promised and not packed`),
    ...packed.files.filter((path) => /\.test\./.test(path)).map((path) => `${path} is packed, though it is a test`),
    ...(sameLicence ? [] : ["LICENSE is not the one of the repository"]),
    ...(await publintProblems(packed)),
    ...typesProblems(packed),
  ].map((problem) => `packages/${packed.folder}: ${problem}`);
}

async function publintProblems({ tarball, manifest }: Packed): Promise<string[]> {
  const archive = new Uint8Array(readFileSync(tarball)).buffer;
  const { messages } = await publint({ pack: { tarball: archive }, strict: true });
  return messages.map(
    (message) => `publint: ${formatMessage(message, { ...manifest }, { color: false }) ?? message.code}`,
  );
}

function typesProblems({ tarball }: Packed): string[] {
  const plain = ["--no-definitely-typed", "--no-emoji", "--no-color", "--format", "ascii"];
  const attw = join(root, "node_modules", ".bin", "attw");
  const { status, stdout, stderr } = spawnSync(attw, [tarball, "--profile", "esm-only", ...plain], {
    encoding: "utf8",
  });
  return status === 0 ? [] : [`are the types wrong: ${stdout}${stderr}`];
}
