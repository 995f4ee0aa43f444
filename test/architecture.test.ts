import { functionNames } from "@snowmelt/core/functions";
import { describe, expect, test } from "vitest";
import { isSource, packageOf, type RepositoryFile, repositoryFiles } from "./repository-files.ts";
import { importsOf, type ModuleImport } from "./source-imports.ts";

interface Layer {
  /** What its sources may import at the top of a file; any `node:` module besides. */
  readonly imports: readonly string[];
  /** What they may load only when it is asked for: optional peers. */
  readonly loads?: readonly string[];
  /** What one folder of its sources alone may import besides: where a heavy SDK stays. */
  readonly inFolder?: Readonly<Record<string, readonly string[]>>;
}

/** Who may import whom. A package that is not here may import nothing. */
const LAYERS: Readonly<Record<string, Layer>> = {
  core: { imports: ["zod", "apache-arrow", "p-retry"] },
  snowflake: { imports: ["@snowmelt/core", "snowflake-sdk", "zod"] },
  lake: {
    imports: ["@snowmelt/core", "zod", "@aws-sdk/client-s3", "@aws-sdk/client-glue"],
  },
  pipeline: {
    imports: ["@snowmelt/core", "@snowmelt/snowflake", "@snowmelt/lake", "zod"],
    inFolder: {
      aws: [
        "@aws-sdk/client-dynamodb",
        "@aws-sdk/client-eventbridge",
        "@aws-sdk/client-lambda",
        "@aws-sdk/client-secrets-manager",
        "@aws-sdk/client-sns",
        "@aws-sdk/client-sqs",
      ],
    },
  },
  lambdas: {
    imports: [
      "@snowmelt/core",
      "@snowmelt/snowflake",
      "@snowmelt/lake",
      "@snowmelt/pipeline",
      "@aws-lambda-powertools/batch",
      "@aws-lambda-powertools/idempotency",
      "@aws-lambda-powertools/logger",
      "@aws-lambda-powertools/metrics",
      "@aws-lambda-powertools/parser",
      "@opentelemetry/api",
      "aws-lambda",
      "zod",
    ],
  },
  local: {
    imports: [
      "@snowmelt/core",
      "@duckdb/node-api",
      "@aws-sdk/client-s3",
      "@aws-sdk/lib-storage",
      "vega-datasets",
      "zod",
    ],
  },
  cli: {
    imports: ["@snowmelt/core", "@snowmelt/snowflake", "@snowmelt/lake", "@snowmelt/pipeline", "commander", "zod"],
    loads: ["@snowmelt/local", "@snowmelt/infra"],
  },
};

/** Who else touches the environment, and why it cannot be otherwise. */
const ENVIRONMENT_USERS: Readonly<Record<string, string>> = {
  "packages/local/src/server/spawn-server.ts": "libuv's pool is sized by a variable of the child's environment alone",
  "packages/snowflake/src/driver-settings.ts": "the driver takes some of its switches from the environment alone",
};

/** The word that a name ends in says what a thing is: "common-type" does, "mapping-common" does not. */
const EMPTY_NAMES = /(^|-)(utils?|helpers?|common|misc|managers?|services?)$/;
/** Others' products, by the names that they have. */
const NAMES_OF_OTHERS = /(^|-)secrets-manager$/;
const MAX_LINES = 400;
const MAX_HANDLER_LINES = 60;

const files = repositoryFiles();
const sources = files.filter(isSource);
const imports = sources.flatMap((file) => importsOf(file).map((imported) => ({ file, ...imported })));
type Import = ModuleImport & { readonly file: RepositoryFile };

describe("who imports whom", () => {
  test("every package has its line in the table", () => {
    const packages = new Set(sources.map(packageOf));
    expect([...packages].filter((name) => !(name in LAYERS))).toEqual([]);
  });

  test("a package imports only what its layer allows", () => {
    const offences = imports
      .filter((found) => isBare(found.specifier) && !isAllowed(found))
      .map((found) => `${at(found)} imports ${found.specifier}: ${layerInWords(found.file)}`);
    expect(offences).toEqual([]);
  });

  test("a relative import stays inside its package and names the file with its extension", () => {
    const offences = imports
      .filter(({ specifier }) => specifier.startsWith("."))
      .filter((found) => leavesPackage(found) || !/\.(ts|json)$/.test(found.specifier))
      .map((found) => `${at(found)} imports ${found.specifier}`);
    expect(offences).toEqual([]);
  });

  test("an index is for those outside its folder: a file inside names the file that it needs", () => {
    const offences = imports
      .filter((found) => found.kind !== "export" && importsOwnIndex(found))
      .map((found) => `${at(found)} imports ${found.specifier}`);
    expect(offences).toEqual([]);
  });

  test("a package is imported through its exports", () => {
    const offences = imports
      .filter(({ specifier }) => /^@snowmelt\/[^/]+\/(src|dist)\b/.test(specifier))
      .map((found) => `${at(found)} imports ${found.specifier}`);
    expect(offences).toEqual([]);
  });

  test("an index lists what it exports by name", () => {
    expect(linesMatching(sources, /^export \*/)).toEqual([]);
  });
});

describe("how sources are written", () => {
  test("only config.ts reads the environment", () => {
    const others = sources.filter(({ path }) => !path.endsWith("/config.ts") && !(path in ENVIRONMENT_USERS));
    expect(linesMatching(others, /\bprocess\s*(\.|\?\.)\s*env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/)).toEqual([]);
  });

  test("no module is mocked", () => {
    expect(linesMatching(files.filter(isTypeScript), /\bvi\.(mock|doMock)\(/)).toEqual([]);
  });

  test(`no file but a test is longer than ${MAX_LINES} lines`, () => {
    const long = files
      .filter((file) => isTypeScript(file) && !file.path.endsWith(".test.ts"))
      .map((file) => ({ path: file.path, lines: file.text.trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long).toEqual([]);
  });

  test(`a function's handler has at most ${MAX_HANDLER_LINES} lines, and its folder the name that the catalogue has`, () => {
    const handlers = sources.filter(({ path }) => /^apps\/lambdas\/src\/[^/]+\/handler\.ts$/.test(path));
    const offences = handlers
      .map(({ path, text }) => ({ name: path.split("/")[3] ?? "", lines: text.trimEnd().split("\n").length }))
      .filter(({ name, lines }) => lines > MAX_HANDLER_LINES || !functionNames.some((known) => known === name));
    expect(offences).toEqual([]);
  });

  test("no file or folder has a name that says nothing", () => {
    const named = files
      .map(({ path }) => path)
      .filter((path) => path.split(/[/.]/).some((part) => EMPTY_NAMES.test(part) && !NAMES_OF_OTHERS.test(part)));
    expect(named).toEqual([]);
  });
});

describe("what the repository may know of", () => {
  const written = files.filter(({ path }) => path !== "package-lock.json");

  test("nothing names a folder beside the repository", () => {
    // CI may lend it Terraform's plugins from there; nothing fails without them.
    expect(
      linesMatching(
        written.filter(({ path }) => path !== ".ci/run"),
        new RegExp(["\\.\\.", "shared\\b"].join("/")),
      ),
    ).toEqual([]);
  });

  test("nothing names a path of one machine", () => {
    expect(linesMatching(written, /(^|[\s"'`=(:])\/(work|root|home|Users)\/[\w.-]/)).toEqual([]);
  });

  test("the lock file names no download address", () => {
    const lock = files.filter(({ path }) => path === "package-lock.json");
    expect(linesMatching(lock, /"resolved": "https?:/)).toEqual([]);
  });
});

function isAllowed({ file, specifier, kind }: Import): boolean {
  const layer = LAYERS[packageOf(file)];
  const imported = packageName(specifier);
  if (layer?.imports.includes(imported)) return true;
  if (layer?.inFolder?.[file.path.split("/")[3] ?? ""]?.includes(imported)) return true;
  return kind !== "static" && kind !== "export" && (layer?.loads?.includes(imported) ?? false);
}

function layerInWords(file: RepositoryFile): string {
  const { imports: allowed = [], loads = [], inFolder = {} } = LAYERS[packageOf(file)] ?? {};
  const folders = Object.entries(inFolder).map(([folder, more]) => `, in src/${folder} alone ${more.join(", ")}`);
  return `${packageOf(file)} may import ${allowed.join(", ")}${folders.join("")}${loads.length > 0 ? `, and load by import() ${loads.join(", ")}` : ""}`;
}

function isBare(specifier: string): boolean {
  return !specifier.startsWith(".") && !specifier.startsWith("node:");
}

/** `@scope/name/sub/path` and `name/sub/path` without the sub-path. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function leavesPackage({ file, specifier }: Import): boolean {
  const own = `/${file.path.split("/").slice(0, 2).join("/")}/src/`;
  return !new URL(specifier, `file:///${file.path}`).pathname.startsWith(own);
}

function importsOwnIndex({ file, specifier }: Import): boolean {
  if (!/(^|\/)index\.ts$/.test(specifier)) return false;
  const folder = new URL(".", new URL(specifier, `file:///${file.path}`)).pathname;
  return `/${file.path}`.startsWith(folder);
}

function isTypeScript({ path }: RepositoryFile): boolean {
  return path.endsWith(".ts");
}

function linesMatching(among: readonly RepositoryFile[], pattern: RegExp): string[] {
  return among.flatMap(({ path, text }) =>
    text
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

function at({ file, line }: Import): string {
  return `${file.path}:${line}`;
}
