import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Command, Option } from "commander";
import { chooseEnvironment } from "../choose-environment.ts";
import type { CliContext } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
import { connectionOverride } from "../connection-override.ts";
import { loadPlatform } from "../load-definition.ts";
import { changedLines } from "../output/changed-lines.ts";
import { parseTableName } from "../parse-table-name.ts";
import { collect, examples, type SourceCommand, sourceCommand } from "./command-options.ts";

interface TypegenOptions extends SourceCommand {
  readonly table: readonly string[];
  readonly out: string;
  readonly check?: true;
}

export function addTypegenCommand(program: Command, context: CliContext): void {
  sourceCommand(program.command("typegen"))
    .summary("write the committed schema file of source tables")
    .description(
      "Reads the live schema of tables or views and writes it as a TypeScript file to commit: the lock that every run compares the live schema with, and what the compiler checks the definition by.",
    )
    .argument("<platform>", "TypeScript file that exports the platform, or a pipeline of it, by default")
    .addOption(
      new Option("--table <DB.SCHEMA.TABLE>", "table or view to read; repeatable")
        .argParser(collect)
        .default([], "none")
        .makeOptionMandatory(),
    )
    .requiredOption("--out <file>", "file to write; the same schema gives the same bytes")
    .option("--check", "write nothing; fail if the file is not what would be written")
    .addHelpText(
      "after",
      examples([
        ["snowmelt typegen platform.ts --table AVIATION.PUBLIC.FLIGHTS --out pipelines/flights.schema.ts", "one table"],
        [`snowmelt typegen platform.ts --table 'DB.PUBLIC."My Table"' --out my.schema.ts`, "an exact name"],
        ["snowmelt typegen … --check", "in continuous integration"],
      ]),
    )
    .action((file: string, options: TypegenOptions) => typegenCommand(file, options, context));
}

async function typegenCommand(file: string, options: TypegenOptions, context: CliContext): Promise<void> {
  const { terminal, cwd, signal } = context;
  const names = options.table.map(parseTableName);
  if (names.length === 0) throw cliError("USAGE", "Say which tables are meant, by --table DATABASE.SCHEMA.TABLE.");
  const override = connectionOverride(options.connection);
  const platform = await loadPlatform(file, cwd);
  const environment = platform.environments[chooseEnvironment(platform, options.env)];
  if (environment === undefined) throw cliError("ENVIRONMENT_UNKNOWN", "The platform has no environment.");
  const reader = await context.loadSchemaReader();
  const tables = await reader.readTables({ ...environment.snowflake, ...override }, names, signal);
  const text = reader.fileText(tables);
  const path = resolve(cwd, options.out);
  const present = await presentText(path);
  const changed = present !== text;
  if (options.check && changed) throw stale(options.out, present, text);
  if (changed) await writeWhole(path, text, options.out);
  const columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
  terminal.out(
    options.json
      ? `${JSON.stringify({ file: options.out, changed, tables })}\n`
      : `${options.out}: ${tables.length} ${tables.length === 1 ? "table" : "tables"}, ${columns} columns, ${changed ? "written" : "unchanged"}\n`,
  );
}

async function presentText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw cliError("OUTPUT_NOT_WRITTEN", `${path} is there but cannot be read.`, { cause: error });
  }
}

async function writeWhole(path: string, text: string, shown: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.partial`, text);
    await rename(`${path}.partial`, path);
  } catch (cause) {
    throw cliError("OUTPUT_NOT_WRITTEN", `${shown} cannot be written: is the folder writable, and is there space?`, {
      cause,
    });
  }
}

function stale(file: string, present: string | undefined, live: string): unknown {
  const what = present === undefined ? "is not there" : `differs from the live schema:\n${changedLines(present, live)}`;
  return cliError(
    "SCHEMA_FILE_STALE",
    `${file} ${what}\nRun the same command without --check, and look at what changes.`,
  );
}
