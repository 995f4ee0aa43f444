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
  /** When the next level is told, if nothing comes before. */
  deadlineAtMs: z.int().nullable(),
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
  }),
  z.strictObject({ ...common, type: z.literal("recovered") }),
  z.strictObject({ ...common, type: z.literal("acknowledged"), by: z.string() }),
  z.strictObject({ ...common, type: z.literal("ticked") }),
]);
export type IncidentEvent = z.infer<typeof IncidentEvent>;

/** Carried out at least once: its receiver knows a repeat by `dedupKey`, `action` and `level`. */
export interface Notification {
  readonly channel: string;
  readonly action: "trigger" | "acknowledge" | "resolve";
  readonly level: number;
  readonly dedupKey: string;
  readonly severity: IncidentState["severity"];
  readonly summary: string;
}

export interface IncidentDecision {
  /** The same object where the event changes nothing. */
  readonly state: IncidentState | undefined;
  readonly notifications: readonly Notification[];
}

/**
 * What an event makes of an incident, and who is told. Repeats are counted, not told, unless a warning has become an error;
 * everyone who was told of it hears that it is acknowledged, and that it is over. Pure.
 */
export function decideIncident(
  policy: EscalationPolicy,
  state: IncidentState | undefined,
  event: IncidentEvent,
): IncidentDecision {
  if (event.type === "raised") return raised(policy, state, event);
  if (!state || state.status === "resolved") return { state, notifications: [] };
  const next = { ...state, version: state.version + 1 };
  switch (event.type) {
    case "recovered": {
      const goods = state.goods + 1;
      if (goods < policy.goodsToResolve) return { state: { ...next, goods }, notifications: [] };
      const resolved: IncidentState = { ...next, status: "resolved", goods, deadlineAtMs: null };
      return { state: resolved, notifications: tell(policy, resolved, "resolve", 0, state.told) };
    }
    case "acknowledged": {
      if (state.status === "acknowledged") return { state, notifications: [] };
      const deadlineAtMs = state.told < policy.levels.length ? event.atMs + policy.acknowledgedForMs : null;
      const acknowledged: IncidentState = { ...next, status: "acknowledged", acknowledgedBy: event.by, deadlineAtMs };
      return { state: acknowledged, notifications: tell(policy, acknowledged, "acknowledge", 0, state.told) };
    }
    case "ticked":
      return ticked(policy, state, event.atMs);
    default:
      return event satisfies never;
  }
}

function raised(
  policy: EscalationPolicy,
  state: IncidentState | undefined,
  { atMs, dedupKey, severity, summary }: Extract<IncidentEvent, { readonly type: "raised" }>,
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
    };
    return { state: again, notifications: isWorse ? tell(policy, again, "trigger", 0, again.told) : [] };
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
  };
  return { state: opened, notifications: tell(policy, opened, "trigger", 0, told) };
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
  return { state: escalated, notifications: tell(policy, escalated, "trigger", state.told, told) };
}

function nextLevelAtMs({ levels }: EscalationPolicy, openedAtMs: number, told: number): number | null {
  const next = levels[told];
  return next ? openedAtMs + next.afterMs : null;
}

/** Each channel once, however many levels name it. */
function tell(
  { levels }: EscalationPolicy,
  { dedupKey, severity, summary }: IncidentState,
  action: Notification["action"],
  from: number,
  to: number,
): Notification[] {
  const channels = new Map<string, number>();
  for (const [index, level] of levels.slice(from, to).entries()) {
    for (const channel of level.channels) if (!channels.has(channel)) channels.set(channel, from + index);
  }
  return [...channels].map(([channel, level]) => ({ channel, action, level, dedupKey, severity, summary }));
}
