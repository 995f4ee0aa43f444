import { z } from "zod";

/** Who is told of an incident, and when. */
export const EscalationPolicy = z
  .strictObject({
    /** Each once, as long as nobody has acknowledged; the first at once. */
    levels: z
      .array(z.strictObject({ afterMs: z.int().min(0), channels: z.array(z.string()).min(1).readonly() }))
      .min(1)
      .readonly(),
    /** Good news in a row that end it: one good window between bad ones is not an end. */
    goodsToResolve: z.int().min(1).default(1),
    /** Who acknowledged has this long; then it goes on to the next level. */
    acknowledgedForMs: z.int().min(1).default(14_400_000),
  })
  .superRefine(({ levels }, context) => {
    if (levels.some(({ afterMs }, index) => index > 0 && afterMs <= (levels[index - 1]?.afterMs ?? 0))) {
      context.addIssue({
        code: "custom",
        path: ["levels"],
        message: "each level has to come later than the one before",
      });
    }
  })
  .readonly();
export type EscalationPolicy = z.infer<typeof EscalationPolicy>;

const Severity = z.enum(["warning", "error"]);

/** What an incident is about, for whoever reads of it. */
export const IncidentSubject = z
  .strictObject({
    environment: z.string().exactOptional(),
    pipeline: z.string().exactOptional(),
    dataset: z.string().exactOptional(),
    stage: z.string().exactOptional(),
    runId: z.string().exactOptional(),
    /** Where to look next. Only https addresses are shown as links. */
    links: z
      .array(z.strictObject({ text: z.string(), href: z.string() }))
      .readonly()
      .exactOptional(),
  })
  .readonly();
export type IncidentSubject = z.infer<typeof IncidentSubject>;

/** Carried out at least once: its receiver knows a repeat by `dedupKey`, `openedAtMs`, `action`, `level` and `severity`. */
export const Notification = z
  .strictObject({
    channel: z.string(),
    action: z.enum(["trigger", "acknowledge", "resolve"]),
    level: z.int().min(0),
    dedupKey: z.string(),
    severity: Severity,
    summary: z.string(),
    openedAtMs: z.int(),
    /** Of the event that made it. */
    atMs: z.int(),
    /** Times it was raised since it opened. */
    count: z.int().min(1),
    /** Who acknowledged it, or ended it by hand. */
    by: z.string().exactOptional(),
    subject: IncidentSubject.exactOptional(),
  })
  .readonly();
export type Notification = z.infer<typeof Notification>;

/** One thing that is wrong, whoever tells of it and however often. A store takes version n only upon n - 1. */
export const IncidentState = z.strictObject({
  version: z.int().min(1),
  dedupKey: z.string(),
  status: z.enum(["open", "acknowledged", "resolved"]),
  severity: Severity,
  summary: z.string(),
  openedAtMs: z.int(),
  /** Times it was raised since it opened. */
  count: z.int().min(1),
  /** Levels that were told. */
  told: z.int().min(1),
  goods: z.int().min(0),
  acknowledgedBy: z.string().nullable(),
  /** As it was last raised with one. */
  subject: IncidentSubject.exactOptional(),
  /** When the next level is told, if nothing comes before. */
  deadlineAtMs: z.int().nullable(),
  /** Decided, stored with the state that asks for it, and not yet known to be sent: it survives whoever was to send it. */
  untold: z.array(Notification).readonly().exactOptional(),
  /** When what is untold is sent again. */
  retellAtMs: z.int().exactOptional(),
  /** Ids of the events heard last: a repeat changes nothing. */
  heard: z.array(z.string()).readonly().exactOptional(),
});
export type IncidentState = z.infer<typeof IncidentState>;

const common = { id: z.string(), atMs: z.int() };

export const IncidentEvent = z.discriminatedUnion("type", [
  z.strictObject({
    ...common,
    type: z.literal("raised"),
    dedupKey: z.string(),
    severity: Severity,
    summary: z.string(),
    subject: IncidentSubject.exactOptional(),
  }),
  z.strictObject({ ...common, type: z.literal("recovered") }),
  /** By a person: it ends at once, whatever good news there was. */
  z.strictObject({ ...common, type: z.literal("resolved"), by: z.string() }),
  z.strictObject({ ...common, type: z.literal("acknowledged"), by: z.string() }),
  z.strictObject({ ...common, type: z.literal("ticked") }),
  /** These were sent, by `notificationKey`. */
  z.strictObject({ ...common, type: z.literal("told"), keys: z.array(z.string()).readonly() }),
]);
export type IncidentEvent = z.infer<typeof IncidentEvent>;

export interface IncidentDecision {
  /** The same object where the event changes nothing. */
  readonly state: IncidentState | undefined;
  readonly notifications: readonly Notification[];
}

/** Names a notification among those of its incident. */
export const notificationKey = ({ channel, action, level, openedAtMs, severity, atMs }: Notification): string =>
  [channel, action, level, openedAtMs, severity, atMs].join("/");

/** When somebody has to look at it again: to tell the next level, or what could not be sent. Null where nothing is left to do. */
export function incidentDueAtMs({ deadlineAtMs, untold = [], retellAtMs = 0 }: IncidentState): number | null {
  if (untold.length === 0) return deadlineAtMs;
  return Math.min(retellAtMs, deadlineAtMs ?? retellAtMs);
}

/** Of the events it heard, an incident remembers so many. */
const heardEvents = 24;
const firstRetellMs = 120_000;
const lastRetellMs = 1_800_000;

/**
 * What an event makes of an incident, and who is told. Repeats are counted, not told, unless a warning has become an error;
 * everyone who was told of it hears that it is acknowledged, and that it is over. What is to be told stays in the state until a
 * `told` says that it was sent; a tick has it sent again. Pure.
 */
export function decideIncident(
  policy: EscalationPolicy,
  state: IncidentState | undefined,
  event: IncidentEvent,
): IncidentDecision {
  if (state?.heard?.includes(event.id)) return { state, notifications: [] };
  if (event.type === "told") return { state: state && withoutTold(state, event.keys), notifications: [] };
  const decision = decided(policy, state, event);
  const again = state && event.type === "ticked" && isRetold(state, event.atMs) ? (state.untold ?? []) : [];
  if (!decision.state || (decision.state === state && again.length === 0)) return decision;
  const untold = [...(state?.untold ?? []), ...decision.notifications];
  const oldest = untold[0];
  const waitMs = Math.min(lastRetellMs, Math.max(firstRetellMs, event.atMs - (oldest?.atMs ?? event.atMs)));
  const { untold: _untold, retellAtMs: _retellAtMs, ...rest } = decision.state;
  const next: IncidentState = {
    ...rest,
    version: (state?.version ?? 0) + 1,
    heard: event.type === "ticked" ? (state?.heard ?? []) : [...(state?.heard ?? []), event.id].slice(-heardEvents),
    ...(untold.length > 0 ? { untold, retellAtMs: event.atMs + waitMs } : {}),
  };
  return { state: next, notifications: [...again, ...decision.notifications] };
}

const isRetold = ({ untold = [], retellAtMs = 0 }: IncidentState, atMs: number): boolean =>
  untold.length > 0 && atMs >= retellAtMs;

function withoutTold(state: IncidentState, keys: readonly string[]): IncidentState {
  const told = new Set(keys);
  const left = (state.untold ?? []).filter((each) => !told.has(notificationKey(each)));
  if (left.length === (state.untold ?? []).length) return state;
  const { untold: _untold, retellAtMs, ...rest } = state;
  const again = left.length > 0 && retellAtMs !== undefined ? { untold: left, retellAtMs } : {};
  return { ...rest, version: state.version + 1, ...again };
}

function decided(
  policy: EscalationPolicy,
  state: IncidentState | undefined,
  event: Exclude<IncidentEvent, { readonly type: "told" }>,
): IncidentDecision {
  if (event.type === "raised") return raised(policy, state, event);
  if (!state || state.status === "resolved") return { state, notifications: [] };
  const { atMs } = event;
  const next = { ...state, version: state.version + 1 };
  switch (event.type) {
    case "recovered": {
      const goods = state.goods + 1;
      if (goods < policy.goodsToResolve) return { state: { ...next, goods }, notifications: [] };
      const resolved: IncidentState = { ...next, status: "resolved", goods, deadlineAtMs: null };
      return { state: resolved, notifications: tell(policy, resolved, { action: "resolve", atMs, to: state.told }) };
    }
    case "resolved": {
      const resolved: IncidentState = { ...next, status: "resolved", deadlineAtMs: null };
      const notifications = tell(policy, resolved, { action: "resolve", atMs, to: state.told, by: event.by });
      return { state: resolved, notifications };
    }
    case "acknowledged": {
      if (state.status === "acknowledged") return { state, notifications: [] };
      const deadlineAtMs = state.told < policy.levels.length ? atMs + policy.acknowledgedForMs : null;
      const acknowledged: IncidentState = { ...next, status: "acknowledged", acknowledgedBy: event.by, deadlineAtMs };
      const telling = { action: "acknowledge", atMs, to: state.told, by: event.by } as const;
      return { state: acknowledged, notifications: tell(policy, acknowledged, telling) };
    }
    case "ticked":
      return ticked(policy, state, atMs);
    default:
      return event satisfies never;
  }
}

function raised(
  policy: EscalationPolicy,
  state: IncidentState | undefined,
  { atMs, dedupKey, severity, summary, subject }: Extract<IncidentEvent, { readonly type: "raised" }>,
): IncidentDecision {
  if (state && state.status !== "resolved") {
    const isWorse = severity === "error" && state.severity === "warning";
    const worst = isWorse ? severity : state.severity;
    const again: IncidentState = {
      ...state,
      version: state.version + 1,
      count: state.count + 1,
      goods: 0,
      summary,
      severity: worst,
      ...(subject ? { subject } : {}),
    };
    const notifications = isWorse ? tell(policy, again, { action: "trigger", atMs, to: again.told }) : [];
    return { state: again, notifications };
  }
  const told = policy.levels.filter(({ afterMs }) => afterMs === 0).length || 1;
  const opened: IncidentState = {
    version: (state?.version ?? 0) + 1,
    dedupKey,
    status: "open",
    severity,
    summary,
    openedAtMs: atMs,
    count: 1,
    told,
    goods: 0,
    acknowledgedBy: null,
    deadlineAtMs: nextLevelAtMs(policy, atMs, told),
    ...(subject ? { subject } : {}),
  };
  return { state: opened, notifications: tell(policy, opened, { action: "trigger", atMs, to: told }) };
}

/** All levels whose time has come, so that one who looks late leaves none out. */
function ticked(policy: EscalationPolicy, state: IncidentState, atMs: number): IncidentDecision {
  if (state.deadlineAtMs === null || atMs < state.deadlineAtMs) return { state, notifications: [] };
  const due = policy.levels.filter(({ afterMs }) => state.openedAtMs + afterMs <= atMs).length;
  const told = Math.min(policy.levels.length, Math.max(state.told + 1, due));
  const escalated: IncidentState = {
    ...state,
    version: state.version + 1,
    status: "open",
    told,
    deadlineAtMs: nextLevelAtMs(policy, state.openedAtMs, told),
  };
  const notifications = tell(policy, escalated, { action: "trigger", atMs, from: state.told, to: told });
  return { state: escalated, notifications };
}

function nextLevelAtMs({ levels }: EscalationPolicy, openedAtMs: number, told: number): number | null {
  const next = levels[told];
  return next ? openedAtMs + next.afterMs : null;
}

interface Telling {
  readonly action: Notification["action"];
  readonly atMs: number;
  /** First level, and the one behind the last. */
  readonly from?: number;
  readonly to: number;
  readonly by?: string;
}

/** Each channel once, however many levels name it. */
function tell(
  { levels }: EscalationPolicy,
  { dedupKey, severity, summary, openedAtMs, count, subject }: IncidentState,
  { action, atMs, from = 0, to, by }: Telling,
): Notification[] {
  const channels = new Map<string, number>();
  for (const [index, level] of levels.slice(from, to).entries()) {
    for (const channel of level.channels) if (!channels.has(channel)) channels.set(channel, from + index);
  }
  const what = {
    dedupKey,
    severity,
    summary,
    openedAtMs,
    atMs,
    count,
    ...(by === undefined ? {} : { by }),
    ...(subject ? { subject } : {}),
  };
  return [...channels].map(([channel, level]) => ({ channel, action, level, ...what }));
}
