export { catalogue, type FunctionName, functionNames, planQueues, queueOfStage } from "./catalogue.ts";
export { deadLettersOf } from "./dead-letters.ts";
export {
  type Effect,
  type EffectKind,
  type HttpChannel,
  type KeyUse,
  type ObjectPlace,
  type QueueName,
  queueNames,
  type SecretUse,
} from "./effect.ts";
export type { FunctionSpec, QueueSpec, Trigger } from "./function-spec.ts";
export { iamActions } from "./iam-actions.ts";
export type { BucketPlace, IamStatement, ResourceNames } from "./iam-names.ts";
export { roleStatementsOf, statementsOf } from "./iam-statements.ts";
export type { AllPorts, PortsOf } from "./ports-of.ts";
