import { expect, test } from "vitest";
import { entryPoints, type Manifest, manifestProblems, promisedFiles } from "../scripts/manifest-problems.ts";

const root: Manifest = {
  name: "repository",
  license: "Apache-2.0",
  repository: { url: "git+https://example.com/repository.git" },
};

const right: Manifest = {
  name: "@snowmelt/core",
  version: "1.2.3",
  description: "Core.",
  license: "Apache-2.0",
  repository: { url: "git+https://example.com/repository.git", directory: "packages/core" },
  type: "module",
  sideEffects: false,
  engines: { node: ">=22.18" },
  files: ["dist", "src", "!src/**/*.test.ts"],
  exports: {
    "./types": {
      "@snowmelt/source": "./src/types/index.ts",
      types: "./dist/types/index.d.ts",
      default: "./dist/types/index.js",
    },
  },
  dependencies: { "@snowmelt/lake": "1.2.3", zod: "^4.0.0" },
};

test("a manifest that has what every package has is without problems", () => {
  expect(manifestProblems("core", right, root)).toEqual([]);
});

test.each<[keyof Manifest, Partial<Manifest>, RegExp]>([
  ["license", { license: "MIT" }, /^license is "MIT", expected "Apache-2.0"$/],
  ["engines", { engines: { node: ">=18" } }, /^engines\.node/],
  ["repository", { repository: { ...right.repository, directory: "packages/lake" } }, /^repository\.directory/],
  ["files", { files: ["dist"] }, /^files/],
  ["sideEffects", { sideEffects: true }, /^sideEffects/],
  ["description", { description: "" }, /^description is missing$/],
  ["exports", { exports: {} }, /^exports is empty$/],
  [
    "exports",
    { exports: { ".": { "@snowmelt/source": "./src/index.ts", default: "./dist/index.js" } } },
    /^exports\["\."\]/,
  ],
  [
    "exports",
    {
      exports: {
        ".": { types: "./dist/index.d.ts", "@snowmelt/source": "./src/index.ts", default: "./dist/index.js" },
      },
    },
    /^exports\["\."\].*in this order/,
  ],
  [
    "dependencies",
    { dependencies: { "@snowmelt/lake": "^1.2.3" } },
    /^depends on @snowmelt\/lake \^1\.2\.3, expected exactly/,
  ],
])("a wrong %s is named", (_field, change, problem) => {
  expect(manifestProblems("core", { ...right, ...change }, root)).toEqual([expect.stringMatching(problem)]);
});

const withSchema: Manifest = {
  ...right,
  files: [...(right.files ?? []), "some.schema.json"],
  exports: { ...right.exports, "./some.schema.json": "./some.schema.json" },
};

test("a data file is exported under its own path, packed, and not taken for code", () => {
  expect(manifestProblems("core", withSchema, root)).toEqual([]);
  expect(promisedFiles(withSchema)).toContain("some.schema.json");
  expect(entryPoints(withSchema)).toEqual(["@snowmelt/core/types"]);
  expect(manifestProblems("core", { ...withSchema, files: right.files ?? [] }, root)).toEqual([
    expect.stringMatching(/^files/),
  ]);
});

test("what a manifest promises are the files of its exports and commands, its readme and its licence", () => {
  expect(promisedFiles({ ...right, bin: { core: "./bin/core.js" } })).toEqual([
    "src/types/index.ts",
    "dist/types/index.d.ts",
    "dist/types/index.js",
    "bin/core.js",
    "README.md",
    "LICENSE",
  ]);
});

test("an entry point is written as one imports it", () => {
  expect(entryPoints({ ...right, exports: { ".": {}, "./types": {} } })).toEqual([
    "@snowmelt/core",
    "@snowmelt/core/types",
  ]);
});
