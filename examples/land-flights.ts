import { dataset, definePipeline, delta, incremental, month, table } from "@snowmelt/core/definition";
import { columnValues, isUnique } from "@snowmelt/core/quality";
import { runPipeline, systemSecrets } from "@snowmelt/pipeline";
import { FLIGHTS } from "../pipelines/flights.schema.ts"; // written by `snowmelt typegen` from the live schema
import platform from "../platform.ts"; // the account, the lake, and secrets by reference

const flights = dataset({
  source: table(FLIGHTS), // a column that FLIGHTS does not have fails to compile
  key: ["FLIGHT_ID"],
  sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
  land: delta({ partitionBy: [month("DATE")] }),
  quality: [isUnique("FLIGHT_ID"), columnValues("DISTANCE", ">", 0, { onFail: "quarantine" })],
});
const pipeline = definePipeline({ apiVersion: 1, name: "example", platform, datasets: { flights } });
const { status, datasets } = await runPipeline(pipeline, { environment: "local", secrets: systemSecrets(process.env) });
console.log(status, datasets[0]?.counts);
