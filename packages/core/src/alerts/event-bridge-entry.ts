import { type AlertDetail, alertDetail } from "./alert-detail.ts";
import type { AlertMessage } from "./alert-message.ts";

/** An entry of PutEvents but for its bus; 256 KB at most, by the size of `detail`. */
export interface EventBridgeEntry {
  readonly source: "snowmelt";
  readonly detailType: "Snowmelt Alert";
  readonly detail: AlertDetail;
  readonly timeMs: number;
}

/** Pure. */
export function eventBridgeEntry(message: AlertMessage): EventBridgeEntry {
  return {
    source: "snowmelt",
    detailType: "Snowmelt Alert",
    detail: alertDetail(message),
    timeMs: message.alert.atMs,
  };
}
