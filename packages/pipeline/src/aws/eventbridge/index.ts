export { type AlertBusOptions, openAlertBus } from "./open-alert-bus.ts";
