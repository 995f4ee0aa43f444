export { expiringZones, isExpiringPath, toLandingPrefix, toQuarantinePath, toTablePath } from "./lake-path.ts";
export {
  findLifecycleDangers,
  type LifecycleConfiguration,
  type LifecycleDanger,
  type LifecycleRule,
  touchesKey,
} from "./lifecycle-rule.ts";
export { type PlanLifecycle, planLifecycle } from "./plan-lifecycle.ts";
