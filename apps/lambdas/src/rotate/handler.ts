import { openSecretVersions, RotationEvent, rotateKeyPair } from "@snowmelt/pipeline/aws";
import type { Context } from "aws-lambda";
import { readConfig } from "../config.ts";
import { openTelemetry } from "../telemetry.ts";

const telemetry = openTelemetry("rotate");
const reserveMs = 5_000;

/** One step of the rotation of Snowflake's key pair, as Secrets Manager asks for it. What throws is asked for again. */
export function handler(event: unknown, context: Context): Promise<{ readonly status: string }> {
  return telemetry.observe(context, async () => {
    const { SNOWFLAKE_CONNECTION: connection } = readConfig(["SNOWFLAKE_CONNECTION"]);
    const step = RotationEvent.parse(event);
    await using versions = openSecretVersions(step.SecretId);
    const signal = AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - reserveMs));
    // The client is closed behind the return.
    return await rotateKeyPair(step, { versions, connection, signal, logger: telemetry.logger });
  });
}
