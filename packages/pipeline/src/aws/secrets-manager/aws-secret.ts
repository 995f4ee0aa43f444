import { coreError } from "@snowmelt/core/errors";
import type { SecretRef } from "@snowmelt/core/ports";
import { pipelineError } from "../../pipeline-error.ts";

/** A secret of Secrets Manager, or one field of its JSON. */
export interface AwsSecret {
  /** Name or ARN. */
  readonly id: string;
  /** Undefined: the whole text. */
  readonly field: string | undefined;
}

/** Reads `aws:<name or ARN>[#<field>]`. Throws SECRET_NOT_FOUND for a reference of another form. */
export function parseAwsSecret({ secret }: SecretRef): AwsSecret {
  const found = /^aws:([A-Za-z0-9/_+=.@:-]+)(?:#(.+))?$/.exec(secret);
  const [, id, field] = found ?? [];
  if (id !== undefined) return { id, field };
  throw coreError(
    "SECRET_NOT_FOUND",
    `Expected a secret reference such as aws:snowmelt/loader or aws:snowmelt/loader#privateKey, got ${secret}.`,
  );
}

/** The referenced part of a secret's text. What JSON.parse complains of quotes the secret, so it goes nowhere. */
export function pickField(text: string, { id, field }: AwsSecret): string {
  if (field === undefined) return text;
  const fields = parseSecretFields(text, id);
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (typeof value === "string" && value !== "") return value;
  throw coreError(
    "SECRET_NOT_FOUND",
    `The secret ${id} has no text field ${field}; aws:${id}#${field} names one. Put it there, or correct the reference.`,
  );
}

/** The fields of a secret that holds a JSON object. Throws SECRET_INVALID. */
export function parseSecretFields(text: string, id: string): Readonly<Record<string, unknown>> {
  const parsed = parsedOrUndefined(text);
  if (isRecord(parsed)) return parsed;
  throw pipelineError(
    "SECRET_INVALID",
    `Expected the secret ${id} to hold a JSON object, such as {"privateKey": "..."}; it holds other text.`,
  );
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
