import { type ChannelState, emptyChannelState } from "./channel-state.ts";
import type { Sender } from "./sender.ts";

const maxTries = 30;

/** What senders share of a channel. Undefined where it is not there or cannot be read. */
export async function readState({ store, logger }: Sender, name: string): Promise<ChannelState | undefined> {
  try {
    return (await store.read(name))?.value;
  } catch (error) {
    logger.log("warn", "What senders share of a channel cannot be read.", { channel: name, error: nameOf(error) });
    return undefined;
  }
}

/** Decides upon what is shared and stores it. Undefined where the store is down or never lets us through: an alert that is sent twice is better than none. */
export async function changeState<T extends { readonly state: ChannelState }>(
  { store, logger }: Sender,
  name: string,
  plan: (state: ChannelState) => T,
): Promise<T | undefined> {
  try {
    for (let tries = 0; tries < maxTries; tries++) {
      const found = await store.read(name);
      const before = found?.value ?? emptyChannelState;
      const planned = plan(before);
      const { state } = planned;
      if (state === before) return planned;
      const deadlineAtMs = state.held.named.length > 0 ? state.held.untilMs : null;
      if (await store.write(name, { value: state, before: found?.version ?? 0, deadlineAtMs })) return planned;
    }
    logger.log("warn", "What senders share of a channel is contended.", { channel: name, tries: maxTries });
  } catch (error) {
    logger.log("warn", "What senders share of a channel cannot be read or written.", {
      channel: name,
      error: nameOf(error),
    });
  }
  return undefined;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
