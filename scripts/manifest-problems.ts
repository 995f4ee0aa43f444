/** What a package.json of this repository holds; `exports` lists conditions in the order they are tried, or a data file. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: unknown;
  readonly engines?: { readonly node?: string };
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const CONDITIONS = ["@snowmelt/source", "types", "default"];

/** Where a manifest differs from what every published package of this repository has; a sentence each. */
export function manifestProblems(folder: string, manifest: Manifest, root: Manifest): string[] {
  const expected: Readonly<Record<string, readonly [actual: unknown, expected: unknown]>> = {
    name: [manifest.name, folder === "cli" ? "snowmelt" : `@snowmelt/${folder}`],
    license: [manifest.license, root.license],
    type: [manifest.type, "module"],
    sideEffects: [manifest.sideEffects, false],
    "engines.node": [manifest.engines?.node, ">=22.18"],
    "repository.url": [manifest.repository?.url, root.repository?.url],
    "repository.directory": [manifest.repository?.directory, `packages/${folder}`],
    files: [
      manifest.files,
      [...(manifest.bin ? ["bin"] : []), "dist", "src", "!src/**/*.test.ts", ...dataFiles(manifest)],
    ],
  };
  return [
    ...Object.entries(expected)
      .filter(([, [actual, wanted]]) => JSON.stringify(actual) !== JSON.stringify(wanted))
      .map(([field, [actual, wanted]]) => `${field} is ${JSON.stringify(actual)}, expected ${JSON.stringify(wanted)}`),
    ...(manifest.description ? [] : ["description is missing"]),
    ...exportsProblems(manifest),
    ...dependencyProblems(manifest),
  ];
}

/** The files that a manifest promises: none may be missing from the package. */
export function promisedFiles(manifest: Manifest): string[] {
  const targets = Object.values(manifest.exports ?? {}).flatMap((target) =>
    typeof target === "string" ? target : Object.values(target),
  );
  return [...targets, ...Object.values(manifest.bin ?? {}), "README.md", "LICENSE"].map((path) =>
    path.replace(/^\.\//, ""),
  );
}

/** What one writes to import each entry point of code: `@snowmelt/core/types`. */
export function entryPoints({ name, exports = {} }: Manifest): string[] {
  return Object.entries(exports).flatMap(([subPath, target]) =>
    typeof target === "string" ? [] : name + subPath.slice(1),
  );
}

/** Exported as they are, such as a JSON Schema. */
function dataFiles({ exports = {} }: Manifest): string[] {
  return Object.values(exports).flatMap((target) => (typeof target === "string" ? target.replace(/^\.\//, "") : []));
}

function exportsProblems({ exports = {} }: Manifest): string[] {
  if (Object.keys(exports).length === 0) return ["exports is empty"];
  return Object.entries(exports).flatMap(([subPath, conditions]) => {
    if (typeof conditions === "string") {
      return conditions === subPath
        ? []
        : [`exports["${subPath}"] is "${conditions}": a data file is exported under its own path`];
    }
    const source = conditions["@snowmelt/source"] ?? "";
    const built = source.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, "");
    const wanted = { "@snowmelt/source": source, types: `${built}.d.ts`, default: `${built}.js` };
    if (/^\.\/src\/.+\.ts$/.test(source) && JSON.stringify(conditions) === JSON.stringify(wanted)) return [];
    return [
      `exports["${subPath}"] is ${JSON.stringify(conditions)}: expected ${CONDITIONS.join(", ")}, in this order, of one file`,
    ];
  });
}

/** They are released together under one version, so each names the others exactly. */
function dependencyProblems({ version, dependencies = {}, peerDependencies = {} }: Manifest): string[] {
  return Object.entries({ ...dependencies, ...peerDependencies })
    .filter(([name, range]) => name.startsWith("@snowmelt/") && range !== version)
    .map(([name, range]) => `depends on ${name} ${range}, expected exactly ${version}`);
}
