import type { RunContext } from "../run/run-context.ts";
import { retirePending } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";

/** Nothing is pending any more. The state is a cache: where it cannot be told, the next run finds out from the table. */
export async function settle({ state: store, logger }: RunContext, { lane, name }: InspectedDataset): Promise<void> {
  try {
    await store.write(retirePending(await store.read(lane)));
  } catch (error) {
    logger.log("warn", "the window is done, and the state could not be told", {
      dataset: name,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}
