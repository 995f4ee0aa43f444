import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ExecutedStatement,
  type QueryRecord,
  SqlFailure,
  type SqlSession,
  type StatementRequest,
  type WireColumn,
} from "../../src/engine.ts";
import type { ServerEngine } from "../../src/server/server-engine.ts";

/** An engine in memory that knows a handful of phrases, so that the server's own behaviour can be tested without SQL. */
export interface MemoryEngine extends ServerEngine {
  /** The history, by query id: each query's last record. */
  readonly history: ReadonlyMap<string, QueryRecord>;
  /** How many statements were run, repeats included. */
  readonly executions: () => number;
}

type Row = readonly (string | null)[];

interface Outcome {
  readonly columns: readonly WireColumn[];
  readonly rowCount: number;
  readonly rows: Iterable<Row>;
}

export function openMemoryEngine(): MemoryEngine {
  const history = new Map<string, QueryRecord>();
  let executions = 0;
  return {
    history,
    executions: () => executions,
    describe: async (session, request) => {
      const { columns } = await perform(session, request, history);
      return { columns, statementTypeId: 0x1000 };
    },
    execute: async (session, request) => {
      executions += 1;
      return toStatement(await perform(session, request, history));
    },
    endSession: async () => {},
    recordQuery: async (query) => void history.set(query.queryId, query),
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * `ROWS n` numbers and names | `WAIT ms` | `FAIL code state message` | `SET name = value` | `USE schema` |
 * `BINDS` what was bound | `PARAMETER name` | `HISTORY tag`
 */
async function perform(
  session: SqlSession,
  { sqlText, binds, signal }: StatementRequest,
  history: ReadonlyMap<string, QueryRecord>,
): Promise<Outcome> {
  const [verb, first = "", second = "", ...rest] = sqlText.split(" ");
  switch (verb) {
    case "ROWS":
      return {
        columns: [column("ID", "fixed"), column("NAME", "text")],
        rowCount: Number(first),
        rows: count(Number(first)),
      };
    case "WAIT":
      await sleep(Number(first), undefined, { signal });
      return one("done");
    case "FAIL":
      throw new SqlFailure(first, second, rest.join(" "));
    case "SET":
      session.parameters.set(first, rest.join(" "));
      return one("Statement executed successfully.");
    case "USE":
      session.schema = first;
      return one("Statement executed successfully.");
    case "PARAMETER":
      return one(session.parameters.get(first) ?? null);
    case "BINDS":
      return table(Object.values(binds).map(({ type, value }) => [type, JSON.stringify(value)]));
    case "HISTORY":
      return table(
        [...history.values()]
          .filter(({ queryTag }) => queryTag === first)
          .map(({ queryId, status }) => [queryId, status]),
      );
    default:
      throw new SqlFailure("001003", "42000", `SQL compilation error: unexpected '${verb}'.`);
  }
}

function toStatement({ columns, rowCount, rows }: Outcome): ExecutedStatement {
  return {
    statementTypeId: 0x1000,
    columns,
    rowCount,
    writeJsonRows: (path) => pipeline(Readable.from(toLines(rows)), createWriteStream(path)),
    [Symbol.asyncDispose]: async () => {},
  };
}

function* toLines(rows: Iterable<Row>): Generator<string> {
  let lines = "";
  for (const row of rows) {
    lines += `${JSON.stringify(row)},\n`;
    if (lines.length < 100_000) continue;
    yield lines;
    lines = "";
  }
  yield lines;
}

function* count(rows: number): Generator<Row> {
  for (let id = 0; id < rows; id += 1) yield [String(id), `name of ${id}, "quoted" \\ and 🙂`];
}

function one(value: string | null): Outcome {
  return { columns: [column("VALUE", "text")], rowCount: 1, rows: [[value]] };
}

function table(rows: readonly Row[]): Outcome {
  return { columns: [column("A", "text"), column("B", "text")], rowCount: rows.length, rows };
}

function column(name: string, type: WireColumn["type"]): WireColumn {
  const isNumber = type === "fixed";
  return {
    name,
    type,
    nullable: true,
    precision: isNumber ? 38 : null,
    scale: isNumber ? 0 : null,
    length: isNumber ? null : 16_777_216,
    byteLength: isNumber ? null : 16_777_216,
  };
}
