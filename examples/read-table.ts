import { toRecordBatch } from "@snowmelt/core/arrow";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { openDeltaTable } from "@snowmelt/lake/delta";
import { and, compare, isNull, not, readTable } from "@snowmelt/lake/read";
import { openStore } from "@snowmelt/lake/store";

const [lake = "./lake", path = "raw/flights"] = process.argv.slice(2);
const table = openDeltaTable({ store: await openStore(lake), path, clock: systemClock, random: systemRandom });

const late = and(compare("DELAY", ">=", 60), not(isNull("ORIGIN")));
for await (const batch of readTable(table, { columns: ["ORIGIN", "DELAY"], where: late })) {
  for (const row of toRecordBatch(batch)) console.log(row?.toJSON());
}
