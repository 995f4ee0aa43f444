import type { SnowflakeSession } from "@snowmelt/snowflake";

/** A session that logs in when it is first used: most stages never ask Snowflake anything. */
export function lazySession(open: () => Promise<SnowflakeSession>): SnowflakeSession {
  let opened: Promise<SnowflakeSession> | undefined;
  const session = (): Promise<SnowflakeSession> => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const close = async (): Promise<void> => {
    const held = await opened?.catch(() => undefined);
    await held?.close();
  };
  return {
    query: async (...asked) => (await session()).query(...asked),
    describe: async (...asked) => (await session()).describe(...asked),
    submit: async (...asked) => (await session()).submit(...asked),
    awaitQuery: async (...asked) => (await session()).awaitQuery(...asked),
    queryPhase: async (...asked) => (await session()).queryPhase(...asked),
    cancel: async (...asked) => (await session()).cancel(...asked),
    findQueryByTag: async (...asked) => (await session()).findQueryByTag(...asked),
    openResult: async (...asked) => (await session()).openResult(...asked),
    close,
    [Symbol.asyncDispose]: close,
  };
}
