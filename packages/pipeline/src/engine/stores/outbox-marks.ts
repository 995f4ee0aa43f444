import type { ObjectStore } from "@snowmelt/core/ports";
import { z } from "zod";
import { fromBytes, padded, toBytes } from "./file-names.ts";
import { runFolder } from "./run-log.ts";
import { parse } from "./stored-run.ts";

export interface OutboxMark {
  readonly attempts: number;
  readonly notBeforeMs: number;
}

/**
 * What became of commands, `runs/<run>/outbox/<version>/<index>.<what>`: each taking is an object that is put if absent, so of several
 * takers one has it. Nothing is removed but with the run: a mark that goes could be put again.
 */
export interface OutboxMarks {
  /** Of the commands of a version that anybody took, by index. */
  ofVersion(runId: string, version: number): Promise<ReadonlyMap<number, OutboxMark | "done">>;
  /** Whether it was this taker's, who takes it for the `attempts`-th time. */
  take(item: MarkedItem, mark: OutboxMark): Promise<boolean>;
  settle(item: MarkedItem): Promise<void>;
}

export interface MarkedItem {
  readonly runId: string;
  readonly version: number;
  readonly index: number;
}

const Taken = z.strictObject({ notBeforeMs: z.number() });

export function openOutboxMarks(objects: ObjectStore): OutboxMarks {
  const folderOf = (runId: string, version: number): string => `${runFolder(runId)}outbox/${padded(version, 10)}/`;
  const keyOf = ({ runId, version, index }: MarkedItem, what: string): string =>
    `${folderOf(runId, version)}${padded(index, 6)}.${what}`;
  const takenKey = (item: MarkedItem, attempts: number): string => keyOf(item, `taken.${padded(attempts, 6)}`);
  return {
    async ofVersion(runId, version) {
      const attempts = new Map<number, number>();
      const done = new Set<number>();
      for await (const { key } of objects.list(folderOf(runId, version))) {
        const [index = "", what, attempt] = key.slice(key.lastIndexOf("/") + 1).split(".");
        if (what === "done") done.add(Number(index));
        else attempts.set(Number(index), Number(attempt));
      }
      const marks = new Map<number, OutboxMark | "done">();
      for (const [index, count] of attempts) {
        if (done.has(index)) continue;
        const key = takenKey({ runId, version, index }, count);
        const bytes = await objects.get(key);
        if (bytes) marks.set(index, { attempts: count, ...parse(Taken, fromBytes(bytes), `${objects.uri}/${key}`) });
      }
      for (const index of done) marks.set(index, "done");
      return marks;
    },
    async take(item, { attempts, notBeforeMs }) {
      const taken = await objects.putIfAbsent(takenKey(item, attempts), toBytes({ notBeforeMs }));
      return taken.status === "created" && (await objects.head(keyOf(item, "done"))) === undefined;
    },
    async settle(item) {
      await objects.put(keyOf(item, "done"), new Uint8Array());
    },
  };
}
