import { Duration, durationMs } from "../types/index.ts";

export const PositiveDuration = Duration.refine((text) => durationMs(text) > 0, {
  error: "expected a duration above 0",
});
