import type { RequestKind } from "./faults.ts";
import type { ServerContext } from "./server-context.ts";
import type { Session } from "./sessions.ts";
import type { TokenKind } from "./tokens.ts";
import type { Envelope } from "./wire-envelope.ts";

/** One request, parsed as far as all routes need it. */
export interface Call {
  readonly context: ServerContext;
  readonly url: URL;
  /** What the route's pattern captured of the path. */
  readonly queryId: string | undefined;
  /** The body as JSON, `undefined` when there was none. */
  readonly body: unknown;
  /** Scheme, host and port as the client wrote them. */
  readonly origin: string;
}

interface RouteBase {
  readonly kind: RequestKind;
  readonly method: "GET" | "POST";
  /** May capture a query id. */
  readonly path: RegExp;
}

/** A route of the protocol: what it answers to, the token it asks for, and its answer. */
export type Route =
  | (RouteBase & { readonly token: "none"; readonly answer: (call: Call) => Promise<Envelope> })
  | (RouteBase & { readonly token: TokenKind; readonly answer: (call: Call, session: Session) => Promise<Envelope> });
