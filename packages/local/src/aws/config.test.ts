import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPythonConfig } from "./config.ts";

test.each([
  [{ SNOWMELT_CACHE: "/cache", XDG_CACHE_HOME: "/xdg" }, "linux", "/cache"],
  [{ SNOWMELT_CACHE: "", XDG_CACHE_HOME: "/xdg" }, "darwin", "/xdg/snowmelt"],
  [{ XDG_CACHE_HOME: "relative" }, "linux", join(homedir(), ".cache/snowmelt")],
  [{}, "darwin", join(homedir(), "Library/Caches/snowmelt")],
] as const)("the cache folder is what the environment %j of %s says", (variables, platform, cacheDirectory) => {
  expect(readPythonConfig(variables, platform)).toEqual({ python: undefined, cacheDirectory });
});

test("the Python is the one that is named", () => {
  expect(readPythonConfig({ SNOWMELT_PYTHON: "python3.12" }).python).toBe("python3.12");
});
