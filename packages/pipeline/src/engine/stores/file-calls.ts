import type { ObjectStore, Random } from "@snowmelt/core/ports";
import type { CallCounter } from "../versioned-store.ts";
import { padded, toKeyPart } from "./file-names.ts";
import { callMinutes } from "./memory-calls.ts";

/** An object for each addition, whose name says it all, so that nobody waits for anybody. */
export function openFileCalls(objects: ObjectStore, random: Random): CallCounter {
  const prefixOf = (name: string): string => `calls/${toKeyPart(name)}/`;
  const swept = new Map<string, number>();
  /** Once a minute: what is not told of any more. */
  const sweep = async (name: string, minute: number): Promise<void> => {
    if ((swept.get(name) ?? -1) >= minute) return;
    swept.set(name, minute);
    for await (const { key } of objects.list(prefixOf(name))) {
      if (parseKey(key).minute >= minute - callMinutes) return;
      await objects.delete(key);
    }
  };
  return {
    async add(name, { minute, ok, bad }) {
      await objects.put(`${prefixOf(name)}${padded(minute, 12)}/${ok}-${bad}-${random.uuid()}`, new Uint8Array());
      await sweep(name, minute);
    },
    async recent(name, { fromMinute, toMinute }) {
      const from = Math.max(0, fromMinute, toMinute - callMinutes);
      const sums = new Map<number, { minute: number; ok: number; bad: number }>();
      const prefix = prefixOf(name);
      for await (const { key } of objects.list(prefix, { startAfter: `${prefix}${padded(from, 12)}` })) {
        const { minute, ok, bad } = parseKey(key);
        if (minute > toMinute) break;
        const sum = sums.get(minute);
        sums.set(minute, { minute, ok: (sum?.ok ?? 0) + ok, bad: (sum?.bad ?? 0) + bad });
      }
      return [...sums.values()];
    },
  };
}

function parseKey(key: string): { readonly minute: number; readonly ok: number; readonly bad: number } {
  const [counts = "", minute = ""] = key.split("/").reverse();
  const [ok, bad] = counts.split("-");
  return { minute: Number(minute), ok: Number(ok), bad: Number(bad) };
}
