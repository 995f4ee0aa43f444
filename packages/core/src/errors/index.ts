export { coreError } from "./core-error.ts";
export { type ErrorCategory, type ErrorEntry, type ErrorFactory, errorFactory } from "./error-factory.ts";
export { isSnowmeltError, SnowmeltError, type SnowmeltErrorOptions } from "./snowmelt-error.ts";
