import { seededRandom } from "@snowmelt/core/ports";
import { describe, expect, it } from "vitest";
import { pauseCeilingMs } from "./commit-pause.ts";

describe("the pause after a lost version", () => {
  it("doubles with each loss, in units of what a try takes, and has an end", () => {
    const pauses = [1, 2, 3, 4, 5, 6, 60].map((lost) => pauseCeilingMs({ lost, tookMs: 100 }));
    expect(pauses).toEqual([200, 400, 800, 1600, 3200, 3200, 3200]);
    expect(pauseCeilingMs({ lost: 1, tookMs: 0 })).toBe(10);
    expect(pauseCeilingMs({ lost: 60, tookMs: 5_000 })).toBe(10_000);
  });

  it("lets a hundred committers that begin at once through, in a few tries each, and the log goes on all the while", () => {
    const { versions, mostTries, tries, endedMs } = race({ writers: 100, commits: 5, tryMs: 150 });
    expect(versions).toBe(500);
    expect(mostTries).toBeLessThan(60);
    expect(tries / versions).toBeLessThan(12);
    expect(endedMs / versions).toBeLessThan(300);
  });

  it("costs a pair of committers little", () => {
    const { tries, versions, endedMs } = race({ writers: 2, commits: 50, tryMs: 150 });
    expect(tries / versions).toBeLessThan(2);
    expect(endedMs / versions).toBeLessThan(200);
  });
});

/** Committers that read the log, put the next entry `tryMs` later, and pause when it is taken. */
function race({ writers, commits, tryMs }: { writers: number; commits: number; tryMs: number }) {
  const random = seededRandom(7);
  const all = Array.from({ length: writers }, () => ({ atMs: 0, left: commits, lost: 0 }));
  const trying = all.map((writer) => ({ writer, base: 0, endsMs: tryMs + random.float() }));
  let [versions, tries, mostTries, endedMs] = [0, 0, 0, 0];
  const waiting: (typeof all)[number][] = [];
  while (trying.length > 0 || waiting.length > 0) {
    trying.sort((a, b) => a.endsMs - b.endsMs);
    waiting.sort((a, b) => a.atMs - b.atMs);
    const [next] = waiting;
    if (next && next.atMs <= (trying[0]?.endsMs ?? Number.POSITIVE_INFINITY)) {
      waiting.shift();
      trying.push({ writer: next, base: versions, endsMs: next.atMs + tryMs * (0.8 + 0.4 * random.float()) });
      continue;
    }
    const put = trying.shift();
    if (!put) break;
    tries++;
    const { writer, base, endsMs } = put;
    writer.lost++;
    mostTries = Math.max(mostTries, writer.lost);
    writer.atMs = endsMs;
    if (base === versions) {
      versions++;
      endedMs = endsMs;
      [writer.left, writer.lost] = [writer.left - 1, 0];
    } else writer.atMs += random.float() * pauseCeilingMs({ lost: writer.lost, tookMs: tryMs });
    if (writer.left > 0) waiting.push(writer);
  }
  return { versions, tries, mostTries, endedMs };
}
