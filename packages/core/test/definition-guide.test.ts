import { readFile } from "node:fs/promises";
import { definitionHash } from "@snowmelt/core/definition";
import { expect, it } from "vitest";
import { shop, watchedShop } from "./definition-guide.ts";

it("shows in docs/definition.md the code that is compiled and run here", async () => {
  const guide = await readFile(new URL("../../../docs/definition.md", import.meta.url), "utf8");
  const code = await readFile(new URL("./definition-guide.ts", import.meta.url), "utf8");
  const regions = [...code.matchAll(/\/\/ #region \w+\n(.*?)\/\/ #endregion/gs)].map(([, text = ""]) => text);
  expect(regions).toHaveLength(4);
  for (const region of regions) expect(guide).toContain(region.trim());
  expect(definitionHash(watchedShop)).not.toBe(definitionHash(shop));
  expect(definitionHash(shop)).toMatch(/^[0-9a-f]{64}$/);
});
