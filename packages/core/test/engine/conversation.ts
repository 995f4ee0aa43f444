import { decide, type RunCommand, type RunEvent, type RunGraph, type RunState } from "../../src/engine/index.ts";

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
type Told = Without<RunEvent, "id" | "runId" | "atMs"> & { readonly atMs?: number };

/** A run that is told one thing after the other. */
export interface Conversation {
  readonly state: RunState;
  readonly note: string;
  /** What was commanded last. */
  readonly commands: readonly RunCommand[];
  tell(event: Told): Conversation;
  /** The key of the task's stage as it is now. */
  key(task: string): string;
  /** `stage phase`, or how the task ended. */
  where(task: string): string;
  /** The stages of the task up to this one succeed. */
  through(task: string, last: string): Conversation;
}

export function openConversation(graph: RunGraph): Conversation {
  let [state, number, nowMs]: [RunState | undefined, number, number] = [undefined, 0, 0];
  let commands: readonly RunCommand[] = [];
  let note = "";
  const now = (): RunState => {
    if (!state) throw new RangeError("the run was not requested yet");
    return state;
  };
  const self: Conversation = {
    get state() {
      return now();
    },
    get commands() {
      return commands;
    },
    get note() {
      return note;
    },
    tell({ atMs = nowMs + 1000, ...event }) {
      nowMs = atMs;
      const decision = decide(graph, state, { id: `event${number++}`, runId: "run1", atMs, ...event } as RunEvent);
      ({ state, commands, note } = decision);
      return self;
    },
    key: (task) => now().tasks[task]?.active?.key ?? "",
    where(task) {
      const found = now().tasks[task];
      return found?.active ? `${found.active.name} ${found.active.phase}` : `${found?.status}`;
    },
    through(task, last) {
      for (let stage = now().tasks[task]?.active?.name; stage; stage = now().tasks[task]?.active?.name) {
        const fence = stage === "claim" ? { fence: 7 } : {};
        self.tell({ type: "succeeded", key: self.key(task), result: { stage }, ...fence });
        if (stage === last) break;
      }
      return self;
    },
  };
  return self.tell({ type: "requested", trigger: { kind: "manual" } });
}
