/** A moment to the second, in UTC: `2026-11-23 08:30:00 UTC`. */
export const momentText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
