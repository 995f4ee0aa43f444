import type { AddFile } from "../delta/action.ts";

/** Rows of a file, one after another, that were read at the source at one moment. */
export interface ReadTime {
  readonly rowCount: number;
  /** Microseconds since the epoch; undefined where it is not known. */
  readonly micros: bigint | undefined;
}

/** The tag that says when the rows of a file were read at the source, the latest of them: microseconds since the epoch. */
const latestTag = "snowmelt.snapshotMicros";
/** For a file of several moments, as a compaction makes it: `1000:1763880000000000,250:?`, in the order of its rows. */
const runsTag = "snowmelt.snapshotRuns";

/** The tags of a file whose rows were read at these times; none where nothing is known. Neighbours of one time are joined. */
export function toReadTimeTags(times: readonly ReadTime[]): Readonly<Record<string, string>> | undefined {
  const runs = joinTimes(times);
  const latest = runs.reduce<bigint | undefined>(
    (found, { micros }) => (micros !== undefined && (found === undefined || micros > found) ? micros : found),
    undefined,
  );
  if (latest === undefined) return undefined;
  const text = runs.map(({ rowCount, micros }) => `${rowCount}:${micros ?? "?"}`).join(",");
  return { [latestTag]: String(latest), ...(runs.length > 1 ? { [runsTag]: text } : {}) };
}

/** The latest of the file's times. Undefined for a file of another writer, or one landed without it. */
export function snapshotMicrosOf(add: AddFile): bigint | undefined {
  const text = add.tags?.[latestTag];
  return typeof text === "string" && /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}

/** When each row of a file was read; asked in the order of the rows it costs nothing. */
export function openReadTimes(add: AddFile): (row: number) => bigint | undefined {
  const runs = runsOf(add);
  const latest = snapshotMicrosOf(add);
  if (runs === undefined) return () => latest;
  let at = 0;
  let first = 0;
  return (row) => {
    if (row < first) at = first = 0;
    for (; at < runs.length; at++) {
      const { rowCount = 0, micros } = runs[at] ?? {};
      if (row < first + rowCount) return micros;
      first += rowCount;
    }
    return undefined;
  };
}

/** The times of the rows of a file that are kept, in their order. */
export function keptReadTimes(
  add: AddFile,
  rowCount: number,
  isDropped: (row: number) => boolean = () => false,
): readonly ReadTime[] {
  const runs = runsOf(add) ?? [{ rowCount, micros: snapshotMicrosOf(add) }];
  const kept: ReadTime[] = [];
  let row = 0;
  for (const { rowCount: inRun, micros } of runs) {
    let count = 0;
    for (const end = row + inRun; row < end; row++) if (!isDropped(row)) count++;
    kept.push({ rowCount: count, micros });
  }
  return kept;
}

function runsOf(add: AddFile): readonly ReadTime[] | undefined {
  const text = add.tags?.[runsTag];
  if (typeof text !== "string" || !/^\d+:(-?\d+|\?)(,\d+:(-?\d+|\?))*$/.test(text)) return undefined;
  return text.split(",").map((run) => {
    const [rowCount = "0", micros = "?"] = run.split(":");
    return { rowCount: Number(rowCount), micros: micros === "?" ? undefined : BigInt(micros) };
  });
}

function joinTimes(times: readonly ReadTime[]): readonly ReadTime[] {
  const joined: ReadTime[] = [];
  for (const { rowCount, micros } of times) {
    const last = joined.at(-1);
    if (rowCount === 0) continue;
    if (last && last.micros === micros) joined[joined.length - 1] = { rowCount: last.rowCount + rowCount, micros };
    else joined.push({ rowCount, micros });
  }
  return joined;
}

/** The tags of a file that are not about the times of reading. */
export function foreignTags({ tags }: AddFile): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.entries(tags ?? {}).filter(([name]) => name !== latestTag && name !== runsTag));
}
