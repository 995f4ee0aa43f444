import type { Custom } from "@snowmelt/core/definition";
import { coreError, isSnowmeltError } from "@snowmelt/core/errors";
import type { Secrets } from "@snowmelt/core/ports";
import { checkExtensionName } from "@snowmelt/core/quality";
import { z } from "zod";
import type { AlertChannel } from "../notify/alert-channel.ts";
import type { Post } from "../notify/http/post.ts";

/** What own channels reach the world by. */
export interface ChannelReach {
  /** Where an address or a key is kept: options name them, as `secret("scheme:name")` does. */
  readonly secrets: Secrets;
  /** Sends JSON by https, to no private address, and follows no redirect. */
  readonly post: Post;
}

export interface ChannelDefinition<O> {
  /** By which a definition names it. */
  readonly name: string;
  /** What the definition may say; synchronous. `z.strictObject({})` where it is nothing. */
  readonly options: z.ZodType<O>;
  /** Once for each channel of the name, and for each process. Sends nothing yet. */
  open(options: O, reach: ChannelReach): AlertChannel;
}

/** A channel of the user's own, as {@link defineChannel} gives it. */
export interface ChannelExtension {
  readonly name: string;
  readonly options: z.ZodType;
  open(options: unknown, reach: ChannelReach): AlertChannel;
}

/**
 * A way to reach people or systems, which a platform names by `custom("name", options)` among its channels. What it delivers is
 * deduplicated, grouped and limited before, and sent again after, as for every channel. EXTENSION_INVALID for a name that no definition
 * can say.
 */
export function defineChannel<O>(channel: ChannelDefinition<O>): ChannelExtension {
  checkExtensionName("channel", channel.name);
  return channel;
}

/** Own channels as `openChannels` takes them. Opening one throws EXTENSION_INVALID for options that it does not take. */
export function ownChannels(
  channels: Readonly<Record<string, ChannelExtension>>,
  reach: ChannelReach,
): Readonly<Record<string, (options: Custom["options"]) => AlertChannel>> {
  return Object.fromEntries(
    Object.entries(channels).map(([name, channel]) => [name, (options) => guarded(opened(channel, options, reach))]),
  );
}

function opened(channel: ChannelExtension, options: Custom["options"], reach: ChannelReach): AlertChannel {
  const parsed = channel.options.safeParse(options);
  if (parsed.success) return channel.open(parsed.data, reach);
  throw coreError(
    "EXTENSION_INVALID",
    `The channel ${JSON.stringify(channel.name)} does not take its options: ${z.prettifyError(parsed.error)}`,
  );
}

/** Own code that throws keeps no other channel from its messages. What it said may be a secret. */
const guarded = ({ isGathered, deliver }: AlertChannel): AlertChannel => ({
  isGathered,
  async deliver(message, options) {
    try {
      return await deliver(message, options);
    } catch (error) {
      if (options?.signal?.aborted || isSnowmeltError(error, "ABORTED")) throw error;
      return { kind: "unreachable", reason: `its code threw ${error instanceof Error ? error.name : typeof error}` };
    }
  },
});
