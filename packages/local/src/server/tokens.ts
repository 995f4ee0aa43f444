import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { ServerClock } from "./clock.ts";

export type TokenKind = "session" | "master";

const Claims = z.object({
  id: z.string(),
  kind: z.enum(["session", "master"]),
  sessionId: z.string(),
  issuedAtMs: z.number(),
  expiresAtMs: z.number(),
});
export type TokenClaims = z.infer<typeof Claims>;

/** Mints and reads the tokens of sessions. They are signed, not stored: one given out before a restart still reads. */
export interface TokenSigner {
  mint(kind: TokenKind, sessionId: string, lifetimeSeconds: number): string;
  /** The claims of a token of ours, expired or not; `undefined` for anything else. */
  read(token: string): TokenClaims | undefined;
}

export function openTokenSigner(signingKey: string, clock: ServerClock): TokenSigner {
  const sign = (payload: string) => createHmac("sha256", signingKey).update(payload).digest("base64url");
  return {
    mint(kind, sessionId, lifetimeSeconds) {
      const issuedAtMs = clock.nowMs();
      const expiresAtMs = issuedAtMs + lifetimeSeconds * 1000;
      const claims: TokenClaims = { id: randomUUID(), kind, sessionId, issuedAtMs, expiresAtMs };
      const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
      return `ver:1-hint:${sessionId}-${payload}.${sign(payload)}`;
    },
    read(token) {
      const parts = /^ver:1-hint:\d+-([\w-]+)\.([\w-]+)$/.exec(token);
      if (parts === null) return undefined;
      const [, payload = "", signature = ""] = parts;
      if (!equalInConstantTime(signature, sign(payload))) return undefined;
      return Claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
    },
  };
}

/** Compares secrets without telling by its duration where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
