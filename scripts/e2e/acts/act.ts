import { openS3Store } from "@snowmelt/lake/s3";
import type { LocalSnowflake } from "@snowmelt/local";
import type { AwsEmulators } from "@snowmelt/local/aws";
import type { EngineStores } from "@snowmelt/pipeline/engine";
import type { Account } from "../account.ts";
import * as names from "../names.ts";
import type { Sink } from "../sink.ts";
import type { Watch } from "../watch.ts";

/** What there is to play with. */
export interface Stage {
  readonly account: Account;
  readonly aws: AwsEmulators;
  readonly server: LocalSnowflake;
  readonly sink: Sink;
  readonly stores: EngineStores;
  readonly watch: Watch;
  readonly say: (line: string) => void;
}

export interface Act {
  readonly name: string;
  readonly summary: string;
  /** Takes long, and is played when it is asked for. */
  readonly isLong?: true;
  play(stage: Stage): Promise<void>;
}

export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

export async function until(holds: () => boolean | Promise<boolean>, what: string, withinMs = 180_000): Promise<void> {
  const endsAtMs = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > endsAtMs) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A person's wish for a run, as the command has it. */
export async function ask(
  { account }: Pick<Stage, "account">,
  { pipeline, requestId, datasets }: { pipeline: string; requestId: string; datasets?: readonly string[] },
): Promise<void> {
  const cause = { kind: "manual", by: "e2e", requestId };
  const request = { pipeline, environment: names.environment, cause, ...(datasets ? { datasets } : {}) };
  await account.rest("POST", `/2015-03-31/functions/${names.prefix}trigger/invocations`, request);
}

export const openBucket = ({ aws }: Pick<Stage, "aws">, bucket: string, prefix = "") => {
  const { endpoint, region, credentials } = aws;
  return openS3Store({ bucket, prefix, endpoint, region, credentials: { ...credentials } });
};
