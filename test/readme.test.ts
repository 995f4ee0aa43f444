import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { type RepositoryFile, repositoryFiles } from "./repository-files.ts";

const root = join(import.meta.dirname, "..");
const documents = repositoryFiles().filter(({ path }) => path.endsWith(".md") && !path.startsWith(".changeset/"));
const examples = new Map(documents.filter(({ text }) => /^```ts$/m.test(text)).map(toProgram));

/** The TypeScript of a document is one program, which stands beside it and keeps the document's lines. */
function toProgram({ path, text }: RepositoryFile): [path: string, text: string] {
  let isCode = false;
  const lines = text.split("\n").map((line) => {
    const wasCode = isCode;
    if (line.startsWith("```")) isCode = line === "```ts";
    return wasCode && isCode ? line : "";
  });
  return [join(root, `${path}.example.ts`), [...lines, "export {};"].join("\n")];
}

/** What the compiler says of the examples, with the repository's own options. */
function compile(): string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => examples.get(path) ?? readFile(path);
  host.fileExists = (path) => examples.has(path) || fileExists(path);
  host.getSourceFile = (path, languageVersion) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, languageVersion);
  };
  const program = ts.createProgram([...examples.keys()], { ...options, noUnusedLocals: false }, host);
  return [...examples.keys()]
    .flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)))
    .filter(({ file }) => file !== undefined && examples.has(file.fileName))
    .map(({ file, start = 0, messageText }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      const document = file?.fileName.slice(root.length + 1).replace(".example.ts", "");
      return `${document}:${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
}

test("the TypeScript in the documents compiles", { timeout: 120_000 }, () => {
  expect(examples.size).toBeGreaterThan(0);
  expect(compile()).toEqual([]);
});

test("a path that a document names in code is there, from the root or from a folder the document is in", () => {
  const files = repositoryFiles().map(({ path }) => path);
  const isThere = (path: string): boolean => files.some((file) => file === path || file.startsWith(`${path}/`));
  const top = new Set(files.filter((path) => path.includes("/")).map((path) => path.slice(0, path.indexOf("/"))));
  // Made by a run, a build or a benchmark.
  const isMade = (path: string): boolean => path.split("/").includes("dist") || path.startsWith("bench/results");
  const gone = documents.flatMap(({ path, text }) =>
    [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([\w.-]+\/[\w./-]+)`/g)]
      .map(([, target = ""]) => target.replace(/\/$/, ""))
      .filter((target) => top.has(target.slice(0, target.indexOf("/"))) && !isMade(target))
      .filter((target) => !foldersOf(path).some((folder) => isThere(join(folder, target))))
      .map((target) => `${path}: ${target}`),
  );
  expect(gone).toEqual([]);
});

/** The folder of a file, and those above it up to the root, which is ".". */
function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === "." ? ["."] : [folder, ...foldersOf(folder)];
}

test("what a document links to in the repository is there", () => {
  const files = new Set(repositoryFiles().map(({ path }) => path));
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map(([, target = ""]) => join(dirname(path), target))
      .filter(
        (target) => !files.has(target) && ![...files].some((file) => file.startsWith(`${target.replace(/\/$/, "")}/`)),
      )
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});
