import type { Submission } from "./query-runner.ts";
import { toNewState } from "./query-state.ts";
import type { ServerContext } from "./server-context.ts";
import { toStatementSession } from "./statement-session.ts";
import type { Envelope } from "./wire-envelope.ts";
import { toFailure, toFailureReply } from "./wire-failure.ts";
import { toDescribeReply } from "./wire-result.ts";

/** Answers `describeOnly`: the types of a statement's result, which is not run and leaves no history. */
export async function describeStatement(submission: Submission, context: ServerContext): Promise<Envelope> {
  const { session, sqlText, binds, parameters } = submission;
  const state = toNewState("", submission, context.clock.nowMicros());
  try {
    const { columns, statementTypeId } = await context.engine.describe(toStatementSession(session, parameters), {
      sqlText,
      binds,
      queryId: state.queryId,
      startedAtMicros: BigInt(state.startedAtMicros),
      signal: new AbortController().signal,
    });
    return toDescribeReply(state, columns, statementTypeId);
  } catch (error) {
    return toFailureReply(state.queryId, toFailure(error));
  }
}
