import { randomBytes } from "node:crypto";
import { Secret } from "@snowmelt/core/ports";
import { z } from "zod";
import { pipelineError } from "../pipeline-error.ts";
import { makePrivateKey, type PrivateKey } from "./key-pair.ts";

/** A secret that holds a key: the PEM itself, or JSON with `privateKey`, perhaps `passphrase`, and what else its owner keeps. */
export type KeySecret =
  | { readonly kind: "pem"; readonly pem: string }
  | { readonly kind: "fields"; readonly fields: z.infer<typeof Fields> };

const Fields = z.looseObject({ privateKey: z.string().min(1), passphrase: z.string().min(1).optional() });

/** Reads a key secret. Throws SECRET_INVALID, which quotes nothing of it. */
export function parseKeySecret(secret: Secret, what: string): KeySecret {
  const text = secret.reveal();
  if (text.trimStart().startsWith("-----BEGIN")) return { kind: "pem", pem: text };
  const fields = parseFields(text);
  if (fields !== undefined) return { kind: "fields", fields };
  throw pipelineError(
    "SECRET_INVALID",
    `Expected ${what} to be a private key in PEM, or JSON such as {"privateKey": "-----BEGIN PRIVATE KEY-----..."}.`,
  );
}

export const privateKeyOf = (secret: KeySecret): PrivateKey =>
  secret.kind === "pem"
    ? { pem: secret.pem, passphrase: undefined }
    : { pem: secret.fields.privateKey, passphrase: secret.fields.passphrase };

/** The same secret with a new key; its passphrase, where it has one, is a new one too. Without a `before` it is JSON. */
export async function renewKeySecret(before: KeySecret | undefined, modulusBits: number): Promise<Secret> {
  if (before?.kind === "pem") return new Secret(await makePrivateKey(modulusBits, undefined));
  const passphrase = before?.fields.passphrase === undefined ? undefined : randomBytes(32).toString("base64url");
  const privateKey = await makePrivateKey(modulusBits, passphrase);
  const renewed = { ...before?.fields, privateKey, ...(passphrase === undefined ? {} : { passphrase }) };
  return new Secret(JSON.stringify(renewed));
}

/** Not by JSON.parse's own words: they quote the text. */
function parseFields(text: string): z.infer<typeof Fields> | undefined {
  try {
    return Fields.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
