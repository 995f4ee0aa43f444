/** Snowflake's `statementTypeId`s. */
export const STATEMENT_TYPE = {
  select: 0x1000,
  explain: 0x1020,
  insert: 0x3100,
  update: 0x3200,
  delete: 0x3300,
  merge: 0x3400,
  unload: 0x3700,
  alterSession: 0x4100,
  use: 0x4300,
  show: 0x4400,
  describe: 0x4500,
  transaction: 0x5000,
  ddl: 0x6000,
} as const;
