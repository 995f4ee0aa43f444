import { deadLettersOf } from "./dead-letters.ts";
import type { Effect, EffectKind, ObjectPlace } from "./effect.ts";
import type { FunctionSpec } from "./function-spec.ts";
import { iamActions, logActions, receiveQueueActions, stateTableWriteActions } from "./iam-actions.ts";
import type { BucketPlace, IamStatement, ResourceNames } from "./iam-names.ts";

/**
 * The whole of what a function's role may do: its effects, the messages it is called with, what of them nobody can take, and its own log. Pure; the same for
 * the same effects in any order. Nothing for an effect that has no resource here, such as a key where there is none.
 */
export function roleStatementsOf(
  spec: Pick<FunctionSpec, "name" | "triggers" | "effects">,
  names: ResourceNames,
): readonly IamStatement[] {
  const { partition, region, account, prefix } = names;
  const queues = spec.triggers.flatMap((trigger) => (trigger.kind === "queue" ? [queueArn(names, trigger.queue)] : []));
  // By EventBridge it is called without a queue; what it cannot take goes to one of its own all the same.
  const isTold = spec.triggers.some(({ kind }) => kind === "schedules" || kind === "objects" || kind === "runs");
  const dead = isTold ? [queueArn(names, deadLettersOf(spec.name))] : queues.map(deadLettersOf);
  const log = `arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${prefix}${spec.name}:*`;
  return [
    ...allow("Log", logActions, [log]),
    ...allow("Receive", receiveQueueActions, queues),
    ...allow("Bury", iamActions.sendQueue, dead),
    ...statementsOf(spec.effects, names),
  ];
}

/** The least that IAM has to allow for the effects. Pure. */
export function statementsOf(effects: readonly Effect[], names: ResourceNames): readonly IamStatement[] {
  const { secrets, keys, topics, buses, impersonate } = names;
  const of = <K extends EffectKind>(kind: K): Extract<Effect, { readonly effect: K }>[] =>
    effects.filter((effect): effect is Extract<Effect, { readonly effect: K }> => effect.effect === kind);
  const has = (kind: EffectKind): boolean => of(kind).length > 0;
  const keysFor = (kind: "decrypt" | "encrypt") => of(kind).flatMap(({ key }) => keys[key] ?? []);
  return [
    ...allow(
      "ReadSecret",
      iamActions.readSecret,
      of("readSecret").flatMap((each) => secrets[each.of]),
    ),
    ...allow(
      "RotateSecret",
      iamActions.rotateSecret,
      of("rotateSecret").flatMap((each) => secrets[each.of]),
    ),
    ...objects("readObjects", of("readObjects"), names),
    ...objects("putObjects", of("putObjects"), names),
    ...objects("deleteObjects", of("deleteObjects"), names),
    ...lists(of("readObjects"), names),
    ...allow(
      "ListUploads",
      ["s3:ListBucketMultipartUploads"],
      of("deleteObjects").map((each) => bucketArn(names, names[each.in])),
    ),
    ...table(of("stateTable"), names),
    ...allow(
      "Send",
      iamActions.sendQueue,
      of("sendQueue").map(({ queue }) => queueArn(names, queue)),
    ),
    ...allow("Publish", iamActions.publishTopic, has("publishTopic") ? topics : []),
    ...allow("PutEvents", iamActions.putEvents, has("putEvents") ? buses : []),
    ...allow("Catalog", iamActions.glueTable, has("glueTable") ? catalogArns(names) : []),
    ...allow("Assume", iamActions.snowflakeRole, has("snowflakeRole") ? impersonate : []),
    ...allow("Decrypt", iamActions.decrypt, keysFor("decrypt")),
    ...allow("Encrypt", iamActions.encrypt, keysFor("encrypt")),
  ];
}

/** What there is no resource for needs no statement; IAM refuses one without. */
function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  condition?: IamStatement["Condition"],
): IamStatement[] {
  if (actions.length === 0 || resources.length === 0) return [];
  const Resource = [...new Set(resources)].sort();
  return [{ Sid: sid, Effect: "Allow", Action: actions, Resource, ...(condition ? { Condition: condition } : {}) }];
}

interface ObjectEffect {
  readonly effect: "readObjects" | "putObjects" | "deleteObjects";
  readonly in: ObjectPlace;
  readonly like: string;
}

const sids = { readObjects: "ReadObjects", putObjects: "PutObjects", deleteObjects: "DeleteObjects" } as const;

function objects(kind: ObjectEffect["effect"], effects: readonly ObjectEffect[], names: ResourceNames): IamStatement[] {
  const arns = effects.map((each) => `${bucketArn(names, names[each.in])}/${below(names[each.in], each.like)}`);
  return allow(sids[kind], iamActions[kind], arns);
}

/** Without the right to list, S3 says of an object that is not there that it is forbidden. */
function lists(effects: readonly ObjectEffect[], names: ResourceNames): IamStatement[] {
  return (["lake", "state"] as const).flatMap((place) => {
    const patterns = effects.filter((each) => each.in === place).map(({ like }) => below(names[place], like));
    if (patterns.length === 0) return [];
    const prefixes = [...new Set(patterns)].sort();
    const condition = { StringLike: { "s3:prefix": prefixes } };
    const sid = place === "lake" ? "ListLake" : "ListState";
    return allow(sid, ["s3:ListBucket"], [bucketArn(names, names[place])], condition);
  });
}

function table(effects: readonly Extract<Effect, { readonly effect: "stateTable" }>[], names: ResourceNames) {
  const { partition, region, account, stateTable } = names;
  const arn = `arn:${partition}:dynamodb:${region}:${account}:table/${stateTable}`;
  const isWritten = effects.some(({ access }) => access === "write");
  return [
    ...allow("ReadTable", iamActions.stateTable, effects.length > 0 ? [arn, `${arn}/index/*`] : []),
    ...allow("WriteTable", stateTableWriteActions, isWritten ? [arn] : []),
  ];
}

function catalogArns({ partition, region, account, databases }: ResourceNames): string[] {
  const root = `arn:${partition}:glue:${region}:${account}`;
  if (databases.length === 0) return [];
  return [`${root}:catalog`, ...databases.flatMap((name) => [`${root}:database/${name}`, `${root}:table/${name}/*`])];
}

const queueArn = ({ partition, region, account, prefix }: ResourceNames, queue: string): string =>
  `arn:${partition}:sqs:${region}:${account}:${prefix}${queue}`;

const bucketArn = ({ partition }: ResourceNames, { bucket }: BucketPlace): string => `arn:${partition}:s3:::${bucket}`;

const below = ({ prefix }: BucketPlace, like: string): string => (prefix === "" ? like : `${prefix}/${like}`);
