import { openSnowflake, type SnowflakeSession } from "@snowmelt/snowflake";
import platform from "../../../platform.ts";
import { routes, secretsOf, type Task } from "../task.ts";

/** A session as a run by the route has it. */
export async function openSession(task: Task): Promise<SnowflakeSession> {
  const environment = platform.environments[routes[task.route].environment];
  if (!environment) throw new Error(`The platform has no environment for ${task.route}.`);
  const { user, ...connection } = environment.snowflake;
  const username = user === undefined ? {} : { username: user };
  return openSnowflake({ ...connection, ...username, port: task.port }, { secrets: secretsOf(task) });
}
