import { createHash } from "node:crypto";
import { snowmeltVersion } from "../../snowmelt-version.ts";
import { type ExportLine, exportFormat, exportFormatVersion, invalidExport, parseExportLine } from "./export-line.ts";
import { parseItemId } from "./run-records.ts";
import type { ArchivedStores, RunRecord } from "./store-archive.ts";

/**
 * All that the stores hold but for calls that were counted, a JSON text a line, without line ends. Each run is as it was at one moment, with what happened
 * up to then; runs that change meanwhile are of different moments. Reads alone, and may be repeated.
 */
export async function* exportStores({ archive }: Pick<ArchivedStores, "archive">): AsyncGenerator<string> {
  const digest = createHash("sha256");
  let lines = 0;
  const toText = (line: ExportLine): string => {
    const text = JSON.stringify(line);
    digest.update(`${text}\n`);
    lines++;
    return text;
  };
  yield toText({ kind: "header", format: exportFormat, formatVersion: exportFormatVersion, snowmeltVersion });
  for await (const run of archive.runs()) yield toText({ kind: "run", run: atOneMoment(run) });
  for await (const lease of archive.leases()) yield toText({ kind: "lease", lease });
  for await (const incident of archive.incidents()) yield toText({ kind: "incident", incident });
  for await (const breaker of archive.breakers()) yield toText({ kind: "breaker", breaker });
  yield JSON.stringify({ kind: "end", lines, sha256: digest.digest("hex") } satisfies ExportLine);
}

export interface RestoredStores {
  readonly runs: Restored;
  readonly leases: Restored;
  readonly incidents: Restored;
  readonly breakers: Restored;
}
export interface Restored {
  readonly restored: number;
  /** Were there already, and stay as they are. */
  readonly kept: number;
}

/**
 * Puts what was exported into stores, of whichever kind, with which nobody works meanwhile. `read` gives the lines from the first on, and is called
 * twice: all of them are checked before anything is put. What is there already stays. A restore that broke off is repeated.
 * Throws ARCHIVE_INVALID.
 */
export async function restoreStores(
  { archive }: Pick<ArchivedStores, "archive">,
  read: () => AsyncIterable<string>,
): Promise<RestoredStores> {
  for await (const _ of checkedLines(read()));
  const counts = { runs: none(), leases: none(), incidents: none(), breakers: none() };
  const count = (kind: keyof typeof counts, isNew: boolean): void => {
    counts[kind][isNew ? "restored" : "kept"]++;
  };
  for await (const line of checkedLines(read())) {
    switch (line.kind) {
      case "run":
        count("runs", await archive.putRun(line.run));
        break;
      case "lease":
        count("leases", await archive.putLease(line.lease));
        break;
      case "incident":
        count("incidents", await archive.putIncident(line.incident));
        break;
      case "breaker":
        count("breakers", await archive.putBreaker(line.breaker));
        break;
      case "header":
      case "end":
        break;
      default:
        line satisfies never;
    }
  }
  return counts;
}

const none = () => ({ restored: 0, kept: 0 });

async function* checkedLines(texts: AsyncIterable<string>): AsyncGenerator<ExportLine> {
  const digest = createHash("sha256");
  let lines = 0;
  let isEnded = false;
  for await (const text of texts) {
    if (isEnded) throw invalidExport("There are lines behind the end");
    const line = parseExportLine(text, lines + 1);
    if ((lines === 0) !== (line.kind === "header")) throw invalidExport(`Line ${lines + 1} is a ${line.kind}`);
    if (line.kind === "end") {
      const sha256 = digest.digest("hex");
      if (line.lines !== lines || line.sha256 !== sha256) {
        throw invalidExport(
          `The end tells of ${line.lines} lines with the digest ${line.sha256}; there were ${lines} with ${sha256}`,
        );
      }
      isEnded = true;
    } else {
      digest.update(`${text}\n`);
      lines++;
    }
    yield line;
  }
  if (!isEnded) throw invalidExport(`The export breaks off after ${lines} lines`);
}

/** The parts of a run are read one after the other, and it may have gone on between them. */
function atOneMoment({ state, graph, audit, outbox }: RunRecord) {
  return {
    state,
    graph,
    audit: audit
      .filter(({ version }) => version <= state.version)
      .map((entry) => ({ ...entry, commands: [...entry.commands] })),
    outbox: outbox
      .map((item) => ({ item, ...parseItemId(item.id) }))
      .filter(({ version }) => version <= state.version)
      .sort((a, b) => a.version - b.version || a.index - b.index)
      .map(({ item }) => item),
  };
}
