import type { CallCounter } from "../versioned-store.ts";

/** How long the calls of a minute are told of. */
export const callMinutes = 24 * 60;

export function openMemoryCalls(): CallCounter {
  const held = new Map<string, Map<number, { readonly minute: number; readonly ok: number; readonly bad: number }>>();
  return {
    async add(name, { minute, ok, bad }) {
      const minutes = held.get(name) ?? new Map();
      held.set(name, minutes);
      const sum = minutes.get(minute);
      if (!sum) for (const old of minutes.keys()) if (old < minute - callMinutes) minutes.delete(old);
      minutes.set(minute, { minute, ok: (sum?.ok ?? 0) + ok, bad: (sum?.bad ?? 0) + bad });
    },
    async recent(name, { fromMinute, toMinute }) {
      const from = Math.max(fromMinute, toMinute - callMinutes);
      return [...(held.get(name)?.values() ?? [])]
        .filter(({ minute }) => minute >= from && minute <= toMinute)
        .sort((a, b) => a.minute - b.minute);
    },
  };
}
