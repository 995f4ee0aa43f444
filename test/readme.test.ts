import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { type RepositoryFile, repositoryFiles } from "./repository-files.ts";

const root = join(import.meta.dirname, "..");
const documents = repositoryFiles().filter(({ path }) => path.endsWith(".md") && !path.startsWith(".changeset/"));
const examples = new Map(documents.flatMap(toExamples));

/** Each TypeScript block of a document, as a file beside it. */
function toExamples({ path, text }: RepositoryFile): [path: string, text: string][] {
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)];
  return blocks.map(([, block = ""], index) => [
    join(root, dirname(path), `${path.split("/").at(-1)}.example-${index + 1}.ts`),
    `${block}\nexport {};\n`,
  ]);
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
      return `${file?.fileName.slice(root.length + 1)}:${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
}

test("the TypeScript in the documents compiles", { timeout: 120_000 }, () => {
  expect(examples.size).toBeGreaterThan(0);
  expect(compile()).toEqual([]);
});

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
