import { createHash } from "node:crypto";
import { itemSortKey } from "../../engine/stores/run-records.ts";

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** What is written often is spread over so many partitions of an index: one takes 1,000 write units a second. */
const shards = 4;

export const runPk = (runId: string): string => `RUN#${runId}`;
export const runIdOf = (pk: string): string => pk.slice("RUN#".length);

/** A run's items. GRAPH and all of STATE are next to each other, so that one query reads a run. */
export const runKeys = {
  state: (runId: string): ItemKey => ({ pk: runPk(runId), sk: "STATE" }),
  tasks: (runId: string, group: number): ItemKey => ({ pk: runPk(runId), sk: `STATE#${pad(group, 4)}` }),
  graph: (runId: string): ItemKey => ({ pk: runPk(runId), sk: "GRAPH" }),
  audit: (runId: string, version: number): ItemKey => ({ pk: runPk(runId), sk: `EVT#${pad(version, 10)}` }),
  seen: (runId: string, eventId: string): ItemKey => ({ pk: runPk(runId), sk: `TOLD#${shortened(eventId)}` }),
  command: (runId: string, version: number, index: number): ItemKey => ({
    pk: runPk(runId),
    sk: `CMD#${itemSortKey(version, index)}`,
  }),
  /** Commands of a change that has too many for its transaction. Sorts before those of its version. */
  spill: (runId: string, version: number, part: number): ItemKey => ({
    pk: runPk(runId),
    sk: `CMD#${pad(version, 10)}+${pad(part, 4)}`,
  }),
} as const;

export const isSpill = (sk: string): boolean => /^CMD#\d+\+/.test(sk);

/** The id of the command that an item holds. */
export function commandIdOf({ pk, sk }: ItemKey): string {
  const [version, index] = sk.slice("CMD#".length).split("/");
  return `${runIdOf(pk)}/${Number(version)}/${Number(index)}`;
}

export type DueKind = "RUN" | "ENDED" | "CMD" | "INC" | "CB" | "CH" | "TRY";

/** Where the `due` index has an item. */
export const dueKeys = (
  kind: DueKind,
  atMs: number,
  name: string,
): { readonly duePk: string; readonly dueSk: string } => ({
  duePk: `${kind}#${shardOf(kind, name)}`,
  dueSk: `${sortable(atMs)}#${shortened(name)}`,
});

/** All partitions of a kind, of either index. */
export const partitionsOf = (kind: DueKind): readonly string[] =>
  Array.from({ length: isSharded(kind) ? shards : 1 }, (_, shard) => `${kind}#${shard}`);

/** Where the `listed` index has a run: newest first. */
export const runListKeys = (runId: string, requestedAtMs: number) => ({
  listPk: `RUN#${shardOf("RUN", runId)}`,
  listSk: `${sortable(Number.MAX_SAFE_INTEGER - requestedAtMs)}#${shortened(runId)}`,
});

export const nameListKeys = (kind: "INC" | "CB" | "CH" | "TRY", name: string) => ({
  listPk: `${kind}#0`,
  listSk: shortened(name),
});

/** Milliseconds as text that sorts as they do. */
export const sortable = (atMs: number): string =>
  pad(Math.max(0, Math.min(Math.floor(atMs), Number.MAX_SAFE_INTEGER)), 16);

const isSharded = (kind: DueKind): boolean => kind === "RUN" || kind === "ENDED" || kind === "CMD";

function shardOf(kind: DueKind, name: string): number {
  if (!isSharded(kind)) return 0;
  return (createHash("sha256").update(name).digest()[0] ?? 0) % shards;
}

/** A sort key holds 1,024 bytes. */
const shortened = (name: string): string =>
  Buffer.byteLength(name) <= 900 ? name : `${name.slice(0, 200)}#${createHash("sha256").update(name).digest("hex")}`;

const pad = (number: number, digits: number): string => String(number).padStart(digits, "0");
