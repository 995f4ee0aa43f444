export { type EmfMetrics, type EmfMetricsOptions, openEmfMetrics } from "./open-emf-metrics.ts";
