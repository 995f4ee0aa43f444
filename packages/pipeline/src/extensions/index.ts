export {
  type ChannelDefinition,
  type ChannelExtension,
  type ChannelReach,
  defineChannel,
  ownChannels,
} from "./channel-extension.ts";
export {
  type Extensions,
  type NamedExtensions,
  nameExtensions,
  resolveChannels,
  resolveExtensions,
} from "./extensions.ts";
export {
  defineStage,
  type LandedPlace,
  type StageDefinition,
  type StageExtension,
  type StageFailed,
  type StageLook,
  type StageStart,
  type StageWork,
} from "./stage-extension.ts";
