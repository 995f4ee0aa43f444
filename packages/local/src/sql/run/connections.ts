import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** Connections to one DuckDB instance, lent and taken back. */
export interface Connections {
  lend(): Promise<DuckDBConnection>;
  takeBack(connection: DuckDBConnection): void;
  close(): void;
}

const MOST_IDLE = 8;

export function openConnections(instance: DuckDBInstance): Connections {
  const idle: DuckDBConnection[] = [];
  return {
    lend: async () => idle.pop() ?? (await instance.connect()),
    takeBack: (connection) => {
      if (idle.length < MOST_IDLE) idle.push(connection);
      else connection.closeSync();
    },
    close: () => {
      for (const connection of idle.splice(0)) connection.closeSync();
    },
  };
}

/** Lends a connection for the length of `use`. */
export async function withConnection<T>(
  connections: Connections,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const connection = await connections.lend();
  try {
    return await use(connection);
  } finally {
    connections.takeBack(connection);
  }
}

/** Runs `use` so that an abort interrupts what the connection is doing. */
export async function interruptible<T>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  use: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const interrupt = () => connection.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    return await use();
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

/** The first cell of the first row. */
export async function readValue(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows()[0]?.[0];
}
