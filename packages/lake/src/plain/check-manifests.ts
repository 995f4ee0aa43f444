import { type Check, check } from "../verify/check.ts";
import type { PlainManifest } from "./manifest-file.ts";

type Version = Pick<PlainManifest, "version" | "commitId" | "previousCommitId" | "files" | "added" | "removed">;

/**
 * Two versions of a table, the later of which says that it follows on the other: it names that very commit, and its files
 * are those of the other with what it added and without what it removed. Gives what does not agree. Pure.
 */
export function checkSuccession(before: Version, after: Version): readonly Check[] {
  const subject = `version ${after.version}`;
  const follows = check("follows on", subject, {
    expected: `commit ${before.commitId} of version ${before.version}`,
    actual: `commit ${after.previousCommitId ?? "none"} of version ${after.version - 1}`,
  });
  const held = new Map(before.files.map((file) => [file.path, file]));
  const live = new Map(after.files.map((file) => [file.path, file]));
  const added = new Set(after.added);
  const removed = new Set(after.removed.map(({ path }) => path));
  const appeared = [...live.keys()].filter((path) => !held.has(path) && !added.has(path));
  const vanished = [...held.keys()].filter((path) => !live.has(path) && !removed.has(path));
  const changed = [...live].filter(([path, file]) => {
    const earlier = held.get(path);
    return earlier !== undefined && (earlier.sizeBytes !== file.sizeBytes || earlier.rowCount !== file.rowCount);
  });
  const told = (name: string, paths: readonly string[]): Check =>
    check(name, subject, { expected: "none", actual: paths.length === 0 ? "none" : paths.join(", ") });
  return [
    follows,
    told("files that nobody added", appeared),
    told("files that nobody removed", vanished),
    told(
      "files that changed in place",
      changed.map(([path]) => path),
    ),
  ].filter(({ passed }) => !passed);
}
