import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DatasetResult, RunManifest } from "../../src/manifest.ts";
import { renderReport } from "../../src/report/index.ts";
import { failedRun, sampleRun } from "./sample-run.ts";

const attack = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;

describe("the report", () => {
  test("shows the verdict, the figures, every check and every column", () => {
    const page = rendered(sampleRun());
    for (const text of ["3,000,000", "31.4 MB", "20.6 s", "6 of 6", "unchanged, skipped", "UPDATED_AT"]) {
      expect(page).toContain(text);
    }
    for (const check of sampleRun().manifest.datasets[0]?.checks ?? []) expect(page).toContain(check.name);
    for (const { name } of sampleRun().manifest.datasets[0]?.columns ?? []) expect(page).toContain(`>${name}</b>`);
    expect(page.match(/<polyline/g)).toHaveLength(3);
  });

  test("says of a failed run what failed, where, and that nothing of it is visible", () => {
    const page = rendered(failedRun());
    expect(page).toContain("CHUNK_ROWS_MISSING");
    expect(page).toContain("in stage land");
    expect(page).toContain("flights failed and left nothing visible");
  });

  test("is the same bytes for the same run", () => {
    expect(rendered(sampleRun())).toBe(rendered(sampleRun()));
  });

  test("refers to nothing outside itself and holds no script", () => {
    for (const page of [rendered(sampleRun()), rendered(failedRun())]) {
      expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b/i);
      expect(page).not.toMatch(/\s(src|srcset|data|action|on[a-z]+|xlink:href)\s*=/i);
      expect(page).not.toMatch(/url\(|@import|https?:/i);
      expect([...page.matchAll(/href="([^"]*)"/g)].every(([, target]) => target?.startsWith("#"))).toBe(true);
      expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    }
  });

  test("opens and closes its elements in order", () => {
    for (const run of [sampleRun(), failedRun()]) expect(unbalanced(rendered(run))).toEqual([]);
  });

  test("shows hostile names and values as text, wherever they stand", () => {
    const { manifest, events } = sampleRun();
    const hostile = everyText(manifest, attack);
    const page = renderReport(
      hostile,
      events.map((event) => ("dataset" in event ? { ...event, dataset: attack } : event)),
    );
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;script&gt;");
    expect(unbalanced(page)).toEqual([]);
  });

  test("is well formed for any text", () => {
    const { manifest, events } = sampleRun();
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        expect(unbalanced(renderReport(everyText(manifest, text), events))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test("of a run without datasets, rows or time is a page all the same", () => {
    const { manifest } = sampleRun();
    const page = renderReport({ ...manifest, datasets: [], finishedAt: manifest.startedAt }, []);
    expect(page).toContain("nothing was moved");
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("of ten thousand files and thousands of events stays a page one can open", () => {
    const { manifest, events } = sampleRun();
    const [flights, ...others] = manifest.datasets;
    const file = flights?.files[0];
    if (flights === undefined || file === undefined) throw new Error("the sample has files");
    const files = Array.from({ length: 10_000 }, (_, day) => ({
      ...file,
      path: `data/${day}.parquet`,
      partitionValues: { DATE_day: String(day).padStart(5, "0") },
    }));
    const many = Array.from({ length: 50 }, () => events).flat();
    const page = renderReport({ ...manifest, datasets: [{ ...flights, files }, ...others] }, many);
    expect(page.length).toBeLessThan(4_000_000);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});

const rendered = ({ manifest, events }: ReturnType<typeof sampleRun>): string => renderReport(manifest, events);

/** The manifest with every free text replaced. Dates, numbers and the words of the schema stay. */
function everyText(manifest: RunManifest, text: string): RunManifest {
  const datasets = manifest.datasets.map(
    (result): DatasetResult => ({
      ...result,
      dataset: text,
      source: text,
      sql: text,
      queryId: text,
      role: text,
      guarantee: text,
      snapshot: text,
      window: { cursor: text, lo: text, hi: text, inclusive: false },
      table: text,
      lane: text,
      attemptId: text,
      files: result.files.map((file) => ({ ...file, path: text, sha256: text, partitionValues: { [text]: text } })),
      removedFiles: [text],
      checks: [{ name: text, expected: text, actual: text, passed: false }],
      rules: [{ rule: text, onFail: "warn", passed: false, expected: text, measured: text, rowsFailing: null }],
      columns: result.columns.map((column) => ({
        ...column,
        name: text,
        min: text,
        max: text,
        sum: text,
        histogram: [{ label: text, count: 1 }],
      })),
      notices: [{ code: text, message: text }],
      failure: { code: text, category: text, message: text, stage: "land", retryable: false },
    }),
  );
  const { startedAt, finishedAt, status } = manifest;
  return {
    manifestVersion: 1,
    recordFailure: null,
    runId: text,
    pipeline: text,
    environment: text,
    definitionHash: text,
    snowmeltVersion: text,
    lake: text,
    startedAt,
    finishedAt,
    status,
    datasets,
  };
}

const voidElements = new Set(["meta", "br"]);

/** Tags that close what is not open, or stay open. Values are escaped, so `<` begins a tag and nothing else. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const problems: string[] = [];
  for (const [tag, slash, name = "", rest = ""] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^"<>]|"[^"<>]*")*)>/g)) {
    if (voidElements.has(name) || rest.endsWith("/")) continue;
    if (slash === "") open.push(name);
    else if (open.pop() !== name) problems.push(tag);
  }
  const tags = page.match(/<(?!!doctype)/g)?.length ?? 0;
  const parsed = [...page.matchAll(/<\/?[a-z][a-z0-9]*(?:[^"<>]|"[^"<>]*")*>/g)].length;
  return [...problems, ...open, ...(tags === parsed ? [] : [`${tags - parsed} tags are malformed`])];
}

describe("checks of single columns", () => {
  test("are folded away when they are many and all passed; one that failed stays in sight", () => {
    const { manifest, events } = sampleRun();
    const [flights, ...others] = manifest.datasets;
    if (flights === undefined) throw new Error("the sample has a dataset");
    const ofColumns = flights.columns.flatMap(({ name }) =>
      ["NULLs", "min", "max"].map((what) => ({ name: `${name}: ${what}`, expected: "1", actual: "1", passed: true })),
    );
    const broken = { name: "DELAY: sum", expected: "1", actual: "2", passed: false };
    const checks = [...flights.checks, ...ofColumns, broken];
    const page = renderReport({ ...manifest, datasets: [{ ...flights, checks }, ...others] }, events);
    // One of the sample's own checks is of a column too.
    const [seen = "", folded = ""] = page.split(`<summary>${ofColumns.length + 1} more, column by column`);
    const isSeen = (text: string): readonly [boolean, boolean] => [seen.includes(text), folded.includes(text)];
    expect(isSeen("DELAY: sum")).toEqual([true, false]);
    expect(isSeen("rows: extracted = Parquet footers")).toEqual([true, false]);
    expect(isSeen("DELAY: NULLs")).toEqual([false, true]);
  });
});
