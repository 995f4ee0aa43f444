const weekMs = 7 * 24 * 60 * 60 * 1000;
const minuteMs = 60_000;

/**
 * The most that the clocks of a zone go back at once, in milliseconds, in the ten years from 2026: 0 where they never do. By
 * weeks, which no two changes share, because summer time is neither of one length (half an hour on Lord Howe, two hours at
 * Troll) nor bound to months (Ramadan in Morocco). The years are fixed, so that a definition is right or wrong on any day.
 * @throws RangeError for a zone that is none
 */
export function largestShiftBackMs(zone: string): number {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  const end = Date.UTC(2036, 0, 1);
  let largest = 0;
  let before = offsetMs(format, Date.UTC(2026, 0, 1));
  for (let at = Date.UTC(2026, 0, 8); at < end; at += weekMs) {
    const offset = offsetMs(format, at);
    largest = Math.max(largest, before - offset);
    before = offset;
  }
  return largest;
}

/** East of UTC is positive. */
function offsetMs(format: Intl.DateTimeFormat, at: number): number {
  const [, sign, hours = "0", minutes = "0"] = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(at)) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * minuteMs * (sign === "-" ? -1 : 1);
}
