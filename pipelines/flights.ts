import { dataset, definePipeline, delta, full, incremental, integer, month, table } from "@snowmelt/core/definition";
import { columnValues, isComplete, isUnique, rowCount } from "@snowmelt/core/quality";
import platform from "../platform.ts";
import { AIRPORTS, FLIGHTS } from "./flights.schema.ts";

export default definePipeline({
  apiVersion: 1,
  name: "flights",
  platform,
  datasets: {
    flights: dataset({
      source: table(FLIGHTS),
      key: ["FLIGHT_ID"],
      // Nobody keeps a transaction open here: each statement stamps its rows and is committed. Elsewhere the lag is as long as
      // a transaction may last, because rows of one that began earlier than the snapshot are committed after it.
      sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
      columns: { FLIGHT_ID: integer(), DELAY: integer(), DISTANCE: integer() },
      land: delta({ partitionBy: [month("DATE")] }),
      quality: [
        isUnique("FLIGHT_ID"),
        isComplete("DATE"),
        isComplete("ORIGIN"),
        isComplete("DESTINATION"),
        columnValues("DISTANCE", ">", 0),
        columnValues("DELAY", "<", 1440, { onFail: "warn" }),
      ],
    }),
    airports: dataset({
      source: table(AIRPORTS),
      sync: full(),
      land: delta(),
      quality: [rowCount(">", 3000), isUnique("IATA"), isComplete("NAME", { onFail: "warn" })],
    }),
  },
});
