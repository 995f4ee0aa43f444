import { toTableKey } from "../delta/log-path.ts";
import { type Check, check } from "../verify/check.ts";
import { type SnapshotVerification, type VerifySnapshotOptions, verifyState } from "../verify/verify-snapshot.ts";
import { checkSuccession } from "./check-manifests.ts";
import type { PlainManifest } from "./manifest-file.ts";
import { type PlainSnapshot, plainFields, toDeltaFile } from "./plain-snapshot.ts";
import type { PlainTable } from "./plain-table.ts";
import { listManifests, readManifest } from "./read-manifests.ts";

export interface VerifyPlainOptions extends Omit<VerifySnapshotOptions, "sha256Of"> {}

/**
 * Holds the files of a version against its manifest, as `verifySnapshot` does against a Delta log (deep, their SHA-256 is the
 * manifest's own), the manifests that are there against one another, and the folders of live files against what else lies in
 * them. What is wrong is a failed check; a store that fails throws. May be repeated.
 */
export async function verifyPlainTable(
  table: PlainTable,
  snapshot: PlainSnapshot,
  options: VerifyPlainOptions = {},
): Promise<SnapshotVerification> {
  const { signal } = options;
  const verified = await verifyPlainFiles(table, snapshot, options);
  const checks = [
    ...(await verifyManifests(table, signal)),
    ...(await verifyFolders(table, snapshot, signal)),
    ...verified.checks,
  ];
  return { ...verified, checks, passed: checks.every(({ passed }) => passed) };
}

/** The files alone, or those of them that are in `snapshot.files`. */
export async function verifyPlainFiles(
  table: PlainTable,
  snapshot: PlainSnapshot,
  options: VerifyPlainOptions = {},
): Promise<SnapshotVerification> {
  const files = new Map([...snapshot.files].map(([path, file]) => [path, toDeltaFile(file)]));
  const state = { version: snapshot.version, files, fields: plainFields(snapshot) };
  const sha256Of = (path: string): string | undefined => snapshot.files.get(path)?.sha256 ?? undefined;
  return verifyState(table, state, { ...options, sha256Of });
}

/** Every version that is there against the one before, one manifest of which is held at a time. */
async function verifyManifests(table: PlainTable, signal: AbortSignal | undefined): Promise<readonly Check[]> {
  const failed: Check[] = [];
  let [before, of, agreed]: [PlainManifest | undefined, number, number] = [undefined, 0, 0];
  for (const { version } of await listManifests(table, { signal })) {
    const manifest = await readManifest(table, version, signal);
    // Swept while it was read: what it named is no version any more.
    if (!manifest) continue;
    const found: readonly Check[] =
      before === undefined
        ? []
        : version === before.version + 1
          ? checkSuccession(before, manifest)
          : [
              check("version", `version ${before.version + 1}`, {
                expected: "a manifest",
                actual: "no manifest, though later ones are there",
              }),
            ];
    of++;
    if (found.length === 0) agreed++;
    failed.push(...found);
    before = manifest;
  }
  return [
    check("manifests", "all versions", { expected: `${of} of ${of} agree`, actual: `${agreed} of ${of} agree` }),
    ...failed,
  ];
}

/** Whoever reads a folder reads every file of it but hidden ones: none that is not live may lie beside those that are. */
async function verifyFolders(
  table: PlainTable,
  { files }: PlainSnapshot,
  signal: AbortSignal | undefined,
): Promise<readonly Check[]> {
  const root = toTableKey(table.path, "");
  const folders = new Set([...files.keys()].map(folderOf));
  const strangers = new Map<string, string[]>();
  for await (const { key } of table.store.list(`${root}data/`, signal ? { signal } : {})) {
    const path = key.slice(root.length);
    const folder = folderOf(path);
    if (files.has(path) || !folders.has(folder) || /\/[_.][^/]*$/.test(path)) continue;
    strangers.set(folder, [...(strangers.get(folder) ?? []), path]);
  }
  const agreed = folders.size - strangers.size;
  return [
    check("folders", "all folders of live files", {
      expected: `${folders.size} of ${folders.size} agree`,
      actual: `${agreed} of ${folders.size} agree`,
    }),
    ...[...strangers].map(([folder, paths]) =>
      check("files beside live ones", folder, { expected: "none", actual: paths.join(", ") }),
    ),
  ];
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
