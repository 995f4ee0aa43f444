import { join } from "node:path";
import { runPipeline } from "@snowmelt/pipeline";
import { pipelines, routes, secretsOf, type Task } from "./task.ts";

/** A run as `snowmelt run` does it. Rows in the files that were committed. */
export async function runFlights(task: Task): Promise<number> {
  const { route, rows, port, endpoint, credentials, directory } = task;
  const { environment, unloads } = routes[route];
  const { datasets } = await runPipeline(pipelines[rows], {
    environment,
    datasets: ["flights"],
    secrets: secretsOf(task),
    connection: { port },
    baseDirectory: directory,
    stateRoot: join(directory, "state"),
    runsRoot: join(directory, "runs"),
    lake: { s3Endpoint: endpoint, glueEndpoint: endpoint, credentials },
  });
  const [result] = datasets;
  const wanted = unloads ? "unload" : "stream";
  if (result?.outcome !== "committed" || result.route !== wanted) {
    const why = result?.failure?.message ?? result?.notices.map(({ message }) => message).join(" ");
    throw new Error(`Expected a commit by the route ${wanted}, got ${result?.outcome} by ${result?.route}: ${why}`);
  }
  return result.files.reduce((sum, file) => sum + file.rows, 0);
}
