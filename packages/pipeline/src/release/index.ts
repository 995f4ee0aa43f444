export { alertLimitsOf } from "./alert-limits.ts";
export { alertPolicyOf, nobody } from "./alert-policy.ts";
export { checkPromises, type PromisePorts, type PromiseReport } from "./check-promises.ts";
export { openRelease, Release, type ReleasedPipelines, writeRelease } from "./open-release.ts";
export { planReleasedRun } from "./plan-released-run.ts";
export { releaseError } from "./release-error.ts";
