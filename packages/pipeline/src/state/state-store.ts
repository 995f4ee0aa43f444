import type { ObjectStore } from "@snowmelt/core/ports";
import { pipelineError } from "../pipeline-error.ts";
import { DatasetState, initialState } from "./dataset-state.ts";

/** Where dataset states live. Written whole; the last writer wins, which the lease and the table's lane make harmless. */
export interface StateStore {
  /** A state that was never written is the initial one. */
  read(lane: string, options?: { signal?: AbortSignal }): Promise<DatasetState>;
  write(state: DatasetState, options?: { signal?: AbortSignal }): Promise<void>;
}

/** States as JSON objects, `datasets/<lane>.json`, on any object store. */
export function openStateStore(store: ObjectStore): StateStore {
  return {
    async read(lane, options) {
      const key = keyOf(lane);
      const bytes = await store.get(key, options);
      if (!bytes) return initialState(lane);
      const parsed = DatasetState.safeParse(parseJson(bytes));
      if (!parsed.success || parsed.data.lane !== lane) {
        throw pipelineError(
          "STATE_INVALID",
          `${store.uri}/${key} does not hold the state of ${lane}. The table in the lake knows what has landed: delete the file and run again.`,
        );
      }
      return parsed.data;
    },
    async write(state, options) {
      await store.put(keyOf(state.lane), new TextEncoder().encode(`${JSON.stringify(state, null, 2)}\n`), options);
    },
  };
}

const keyOf = (lane: string): string => `datasets/${lane}.json`;

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
