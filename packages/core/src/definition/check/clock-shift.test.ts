import { expect, it } from "vitest";
import { largestShiftBackMs } from "./clock-shift.ts";

it.each([
  ["UTC", 0],
  ["Asia/Tokyo", 0],
  ["Asia/Kolkata", 0],
  ["Australia/Lord_Howe", 30],
  ["Europe/Zurich", 60],
  ["America/St_Johns", 60],
  // Forward again after Ramadan: January and July look alike.
  ["Africa/Casablanca", 60],
  // Summer time is that of the other half of the earth.
  ["America/Santiago", 60],
  ["Antarctica/Troll", 120],
])("the clocks of %s go back by %i minutes at most", (zone, minutes) => {
  expect(largestShiftBackMs(zone)).toBe(minutes * 60_000);
});
