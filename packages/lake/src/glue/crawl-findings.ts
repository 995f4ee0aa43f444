/** What a crawl changed in the catalog, counted. */
export interface CrawlCounts {
  readonly added: number;
  readonly updated: number;
  readonly deleted: number;
}

export interface CrawlFindings {
  readonly tables: CrawlCounts;
  readonly partitions: CrawlCounts;
}

/**
 * The counts in a crawl's summary, which is JSON whose parts may be JSON texts again:
 * `{"TABLE":{"ADD":"{\"Details\":{...},\"Count\":1}"}}`. Undefined for one that is not of this shape; the text itself is
 * in the report in any case.
 */
export function parseFindings(summary: string): CrawlFindings | undefined {
  const kinds = toRecord(summary);
  if (kinds === undefined) return undefined;
  const tables = toCounts(kinds.TABLE);
  const partitions = toCounts(kinds.PARTITION);
  return tables && partitions ? { tables, partitions } : undefined;
}

function toCounts(kind: unknown): CrawlCounts | undefined {
  const changes = kind === undefined ? {} : toRecord(kind);
  if (changes === undefined) return undefined;
  const [added, updated, deleted] = ["ADD", "UPDATE", "DELETE"].map((change) => toCount(changes[change]));
  if (added === undefined || updated === undefined || deleted === undefined) return undefined;
  return { added, updated, deleted };
}

function toCount(change: unknown): number | undefined {
  if (change === undefined) return 0;
  if (typeof change === "number") return change;
  const count = toRecord(change)?.Count;
  return typeof count === "number" ? count : undefined;
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value === "string") {
    try {
      return toRecord(JSON.parse(value));
    } catch {
      return undefined;
    }
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
