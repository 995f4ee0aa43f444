import type { LocalSnowflake } from "@snowmelt/local";
import { type AwsEmulators, ensureLake } from "@snowmelt/local/aws";
import { planLocalLakes } from "snowmelt";
import platform from "../../platform.ts";

/** Makes what an environment of platform.ts needs before its first run, as `npm run stack` does. May be repeated. */
export async function prepareLake(environment: string, aws: AwsEmulators, server: LocalSnowflake): Promise<void> {
  const lakes = planLocalLakes(platform, "pipelines/flights.ts");
  for (const lake of lakes) if (lake.environment === environment) await ensureLake(lake, aws, server);
}
