import type { Readable } from "node:stream";

/** The part of the driver's public API that is used, as version 3.3.0 behaves; its own declarations say `Object`. */
export interface Driver {
  configure(options: {
    readonly logLevel?: "OFF";
    readonly customLogger?: DriverLogger;
    readonly jsonColumnVariantParser?: (text: string) => unknown;
    readonly xmlColumnVariantParser?: (text: string) => unknown;
  }): void;
  createConnection(options: Readonly<Record<string, unknown>>): DriverConnection;
}

export type DriverLogger = Readonly<Record<"error" | "warn" | "info" | "debug" | "trace", (message: string) => void>>;

export interface DriverConnection {
  connect(complete: (error: unknown) => void): void;
  destroy(complete: (error: unknown) => void): void;
  isUp(): boolean;
  isValidAsync(): Promise<boolean>;
  execute(options: ExecuteOptions): DriverStatement;
  fetchResult(options: FetchOptions): DriverStatement;
  getQueryStatus(queryId: string): Promise<string>;
}

export interface StatementOptions {
  readonly streamResult: true;
  readonly rowMode: "array";
  readonly fetchAsString: readonly string[];
  readonly complete: (error: unknown, statement: DriverStatement) => void;
}

export interface ExecuteOptions extends StatementOptions {
  readonly sqlText: string;
  readonly binds?: readonly BindValue[];
  readonly requestId: string;
  readonly parameters: Record<string, ParameterValue>;
  readonly asyncExec?: boolean;
  readonly describeOnly?: boolean;
}

export interface FetchOptions extends StatementOptions {
  readonly queryId: string;
}

export type BindValue = string | number | boolean | null;
export type ParameterValue = string | number | boolean;

export interface DriverStatement {
  getQueryId(): string | undefined;
  getNumRows(): number | undefined;
  getColumns(): readonly DriverColumn[] | undefined;
  streamRows(options: { readonly start: number; readonly end: number }): Readable;
  cancel(complete: (error: unknown) => void): void;
}

export interface DriverColumn {
  getName(): string;
  /** The wire's lower-case name: `fixed`, `text`, `timestamp_ntz`. */
  getType(): string;
  isNullable(): boolean;
  getPrecision(): number | null | undefined;
  getScale(): number | null | undefined;
}

/** One row of a result as the driver hands it over in array mode, every cell as text. */
export type TextRow = readonly (string | null)[];
