import ts from "typescript";
import type { RepositoryFile } from "./repository-files.ts";

export interface ModuleImport {
  readonly specifier: string;
  readonly line: number;
  /** `type` is erased, `dynamic` is `import()`, `export` re-exports. */
  readonly kind: "static" | "type" | "dynamic" | "export";
}

/** Every module that a file names, however it names it. */
export function importsOf({ path, text }: RepositoryFile): ModuleImport[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: ModuleImport[] = [];
  const visit = (node: ts.Node): void => {
    const named = namedModule(node);
    if (named !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      found.push({ ...named, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function namedModule(node: ts.Node): Omit<ModuleImport, "line"> | undefined {
  if (ts.isImportDeclaration(node)) {
    return named(node.moduleSpecifier, isTypeOnly(node.importClause) ? "type" : "static");
  }
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, "export");
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return named(node.arguments[0], "dynamic");
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return named(node.argument.literal, "type");
  if (ts.isCallExpression(node) && isRequire(node.expression)) return named(node.arguments[0], "static");
  return undefined;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

/** `require(...)`, `require.resolve(...)` and `import.meta.resolve(...)` name modules too. */
function isRequire(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === "require";
  return (
    ts.isPropertyAccessExpression(callee) &&
    callee.name.text === "resolve" &&
    /^(require|import\.meta)$/.test(callee.expression.getText())
  );
}

function named(specifier: ts.Node | undefined, kind: ModuleImport["kind"]): Omit<ModuleImport, "line"> | undefined {
  return specifier !== undefined && ts.isStringLiteral(specifier) ? { specifier: specifier.text, kind } : undefined;
}
