/** S3 keeps whole seconds; what speaks S3 may list finer ones than its headers hold, and one object has one time. */
export function toWholeSeconds(time: Date | undefined): number {
  return Math.floor((time?.getTime() ?? 0) / 1000) * 1000;
}
