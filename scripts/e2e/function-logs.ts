import { functionNames } from "@snowmelt/core/functions";
import type { Account } from "./account.ts";
import * as names from "./names.ts";

/** What functions last warned of, and how they ended: for whoever looks why an act did not end right. */
export async function troubleOf(account: Account): Promise<string[]> {
  const lines: string[] = [];
  for (const name of functionNames) {
    const logGroupName = `/aws/lambda/${names.prefix}${name}`;
    const answer = await account
      .json("Logs_20140328.FilterLogEvents", { logGroupName, limit: 10_000 })
      .catch(() => ({}));
    const { events = [] } = answer as { events?: { message: string }[] };
    const isTrouble = (message: string): boolean =>
      /"level":"(WARN|ERROR|CRITICAL)"|Task timed out|Error/.test(message);
    const found = events.map(({ message }) => message.trim()).filter(isTrouble);
    lines.push(...found.slice(-8).map((message) => `${name}: ${message.slice(0, 2000)}`));
  }
  return lines;
}
