import { createHash } from "node:crypto";
import type { Notification } from "../engine/index.ts";

/** One message to one channel: a notification, and those that are told with it so as not to send each by itself. */
export interface AlertMessage {
  /** The same for each repeat of the message, whoever sends it. */
  readonly id: string;
  readonly alert: Notification;
  /** Told by a line each, as far as they fit. */
  readonly others: readonly Notification[];
  /** Told by their number alone. */
  readonly unnamed: number;
}

/** Throws RangeError for no notifications. */
export function alertMessage(notifications: readonly Notification[], unnamed = 0): AlertMessage {
  const [alert, ...others] = notifications;
  if (!alert) throw new RangeError("expected at least one notification to make a message of");
  const ids = notifications.map(notificationId);
  const id = others.length + unnamed === 0 ? notificationId(alert) : digest([...ids, unnamed]);
  return { id: `alert_${id}`, alert, others, unnamed };
}

/** What makes two notifications the same, to one channel. A warning that became an error is another one. */
export function notificationId({ dedupKey, openedAtMs, action, level, severity }: Notification): string {
  return digest([dedupKey, openedAtMs, action, level, severity]);
}

/** Of the incident from its opening to its end. */
export function openingId({ dedupKey, openedAtMs }: Notification): string {
  return digest([dedupKey, openedAtMs]);
}

/** The first 128 bits of SHA-256. */
function digest(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22);
}
