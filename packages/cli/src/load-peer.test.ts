import { isSnowmeltError } from "@snowmelt/core/errors";
import { expect, test } from "vitest";
import { loadPeer } from "./load-peer.ts";

const missing = (name: string) =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /x.js`), { code: "ERR_MODULE_NOT_FOUND" });

test("a peer that is absent is named, with how to get it", async () => {
  const error = await loadPeer("@snowmelt/local", () => Promise.reject(missing("@snowmelt/local"))).catch(String);
  expect(error).toContain("npm install --save-dev @snowmelt/local");
});

test("a peer that is there but fails to load is not called absent", async () => {
  const cause = missing("@duckdb/node-api");
  const error: unknown = await loadPeer("@snowmelt/local", () => Promise.reject(cause)).catch((e: unknown) => e);
  expect(error).toBe(cause);
  expect(isSnowmeltError(error)).toBe(false);
});
