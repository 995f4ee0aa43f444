import type { Notification } from "@snowmelt/core/engine";

export const sampleNotification: Notification = {
  channel: "team",
  action: "trigger",
  level: 0,
  dedupKey: "prod/flights/airports",
  severity: "error",
  summary: "verify failed: 20,000 rows were read and 19,999 written",
  openedAtMs: 1_795_000_000_000,
  atMs: 1_795_000_000_000,
  count: 1,
  subject: { environment: "prod", pipeline: "flights", dataset: "airports", runId: "r1" },
};

export const notificationOf = (change: Partial<Notification>): Notification => ({ ...sampleNotification, ...change });
