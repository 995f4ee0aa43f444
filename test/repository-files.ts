import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const TEXT = /(\.(ts|mts|js|mjs|json|md|py|yaml|yml|html|css|sql|txt|in)|^\.npmrc|^\.gitignore|^\.ci\/run|^LICENSE)$/;

/** A text file of the repository; its path is relative to the root, with forward slashes. */
export interface RepositoryFile {
  readonly path: string;
  readonly text: string;
}

/** Every text file that git tracks or would track. */
export function repositoryFiles(): RepositoryFile[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed
    .split("\0")
    .filter((path) => TEXT.test(path) && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** A source that a package or an app ships: not its tests. */
export function isSource({ path }: RepositoryFile): boolean {
  return /^(packages|apps)\/[^/]+\/src\/.*\.ts$/.test(path) && !path.endsWith(".test.ts");
}

/** The folder of the package or app that a file belongs to, such as "core". */
export function packageOf({ path }: RepositoryFile): string {
  return path.split("/")[1] ?? "";
}
