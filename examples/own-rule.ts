import { custom, dataset, definePipeline, delta, incremental, table } from "@snowmelt/core/definition";
import { defineRule } from "@snowmelt/core/quality";
import { systemSecrets } from "@snowmelt/pipeline";
import { openRuntime } from "@snowmelt/pipeline/runtime";
import { z } from "zod";
import { FLIGHTS } from "../pipelines/flights.schema.ts";
import platform from "../platform.ts";

const reachable = defineRule({
  name: "reachable",
  scope: "row",
  options: z.strictObject({ maxMiles: z.int().positive() }),
  needs: { from: ["string"], to: ["string"], miles: ["int64", "decimal"] },
  expected: ({ maxMiles }) => `0 miles from an airport to itself, 1 to ${maxMiles} to another`,
  check({ from, to, miles }, { options }) {
    if (from === null || to === null || miles === null) return false;
    return from === to ? miles === 0n : miles > 0n && miles <= BigInt(options.maxMiles);
  },
});

const flights = dataset({
  source: table(FLIGHTS),
  key: ["FLIGHT_ID"],
  sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
  land: delta(),
  quality: [
    custom("reachable", { maxMiles: 9600 }, { columns: ["ORIGIN", "DESTINATION", "DISTANCE"], onFail: "quarantine" }),
  ],
});
const pipeline = definePipeline({ apiVersion: 1, name: "own-rule", platform, datasets: { flights } });

const runtime = openRuntime({ platform, extensions: { rules: [reachable] } });
const { status, datasets } = await runtime.run(pipeline, { environment: "local", secrets: systemSecrets(process.env) });
console.log(status, datasets[0]?.counts, datasets[0]?.rules);
