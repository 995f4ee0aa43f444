import assert from "node:assert/strict";
import type { Logger, LogLevel, LogRecord } from "../logger.ts";
import { type ContractCase, openCases } from "./contract-case.ts";

export interface LoggerUnderContract {
  readonly logger: Logger;
  /** What was written so far, read back from where it went; absent for one that writes nothing. */
  readonly written?: (() => readonly LogRecord[] | Promise<readonly LogRecord[]>) | undefined;
}

/** What every Logger must do. */
export function loggerContract(
  open: () => LoggerUnderContract | Promise<LoggerUnderContract>,
): readonly ContractCase[] {
  const { cases, contract } = openCases(open);
  const expectWritten = async ({ written }: LoggerUnderContract, expected: readonly LogRecord[]): Promise<void> => {
    if (written) assert.deepEqual(await written(), expected);
  };

  contract("writes level, message and fields, in order", async (under) => {
    const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
    for (const level of levels) under.logger.log(level, `said at ${level}`, { level, rows: 3 });
    await expectWritten(
      under,
      levels.map((level) => ({ level, message: `said at ${level}`, fields: { level, rows: 3 } })),
    );
  });

  contract("writes a message without fields", async (under) => {
    under.logger.log("info", "bare");
    await expectWritten(under, [{ level: "info", message: "bare", fields: {} }]);
  });

  contract(
    "gives its children's fields to their records, the record's own first, and not to its own",
    async (under) => {
      const child = under.logger.child({ runId: "r", dataset: "outer" }).child({ dataset: "inner" });
      child.log("info", "of the child", { rows: 1 });
      child.log("info", "its own", { dataset: "own" });
      under.logger.log("info", "of the parent");
      await expectWritten(under, [
        { level: "info", message: "of the child", fields: { runId: "r", dataset: "inner", rows: 1 } },
        { level: "info", message: "its own", fields: { runId: "r", dataset: "own" } },
        { level: "info", message: "of the parent", fields: {} },
      ]);
    },
  );

  contract("leaves the fields it is given as they are", ({ logger }) => {
    const fields = Object.freeze({ rows: 1 });
    logger.child(fields).log("warn", "frozen", fields);
    assert.deepEqual(fields, { rows: 1 });
  });

  return cases;
}
