import { crawler, definePipeline, definePlatform, definitionHash, parseDefinition } from "@snowmelt/core/definition";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { expect, it } from "vitest";
import { flights, platform } from "./flights.ts";

const [environment] = Object.values(platform.environments);
const onS3 = definePlatform({
  name: "acme",
  environments: { dev: { ...(environment ?? fail()), lake: { root: "s3://lake/tables" } } },
});
const drops = { name: "partner-drops", paths: ["s3://partner/drops/"], database: "external" };

const define = (discover: unknown) =>
  parseDefinition({ apiVersion: 1, name: "shop", platform: onS3, datasets: { flights }, discover });

function problemsOf(discover: unknown): string[] {
  try {
    define(discover);
    return [];
  } catch (error) {
    if (!isSnowmeltError(error, "DEFINITION_INVALID")) throw error;
    return error.message.split("\n- ").slice(1);
  }
}

function fail(): never {
  throw new Error("the platform of the flights has no environment");
}

it("is one crawler or a list of them, and the list in normal form", () => {
  const normal = [{ kind: "crawler", ...drops, tablePrefix: "", looksAt: "everything", deadline: "1 hour" }];
  expect(define(crawler(drops)).discover).toEqual(normal);
  expect(define([crawler(drops)]).discover).toEqual(normal);
  const written = { apiVersion: 1, name: "shop", platform: onS3, datasets: { flights } } as const;
  const one = definePipeline({ ...written, discover: crawler({ ...drops, looksAt: "events", deadline: "5 minutes" }) });
  expect(parseDefinition(JSON.parse(JSON.stringify(one)))).toEqual(one);
  expect(definitionHash(one)).not.toBe(definitionHash(definePipeline(written)));
  expect(definePipeline(written)).not.toHaveProperty("discover");
});

it.each([
  [{ ...drops, name: "a b" }, /^discover\.name: expected the name of a Glue crawler/],
  [{ ...drops, paths: [] }, /^discover\.paths: expected at least one folder/],
  [{ ...drops, paths: ["s3://partner/drops"] }, /^discover\.paths\[0\]: expected a folder .* slash at the end/],
  [{ ...drops, paths: ["./drops/"] }, /^discover\.paths\[0\]: expected a folder/],
  [{ ...drops, database: "External" }, /^discover\.database: expected a Glue database/],
  [{ ...drops, deadline: "0 seconds" }, /^discover\.deadline: expected a duration above 0/],
  [{ ...drops, lookAt: "events" }, /^discover: unknown key "lookAt"; did you mean "looksAt"\?/],
])("%j is refused by name", (options, expected) => {
  const found = problemsOf({ kind: "crawler", ...options });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(expected);
});

it.each(["all", { kind: "crawler", paths: [] }, [{ kind: "crawler" }]])("%j is no crawler", (written) => {
  expect(problemsOf(written)[0]).toMatch(/^discover/);
});

it("refuses folders that hold tables of the lake, or are in one, and a name twice", () => {
  for (const path of [
    "s3://lake/",
    "s3://lake/tables/raw/",
    "s3://lake/tables/raw/flights/data/",
    "s3://lake/tables/quarantine/",
  ]) {
    const found = problemsOf([crawler({ ...drops, paths: ["s3://partner/drops/", path] })]);
    expect(found, path).toHaveLength(1);
    expect(found[0]).toContain(`discover[0].paths[1]: ${path} meets the folder s3://lake/tables/`);
  }
  expect(problemsOf([crawler({ ...drops, paths: ["s3://lake/tables/external/"] })])).toEqual([]);
  expect(problemsOf([crawler(drops), crawler(drops)])).toEqual([
    'discover[1].name: the crawler "partner-drops" is named already',
  ]);
});
