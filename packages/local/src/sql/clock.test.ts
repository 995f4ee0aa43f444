import fc from "fast-check";
import { expect, it } from "vitest";
import { openStatementClock } from "./clock.ts";

it("commits later than every moment handed out, and hands out none earlier than a commit, however the machine's clock jumps", () => {
  const step = fc.record({ now: fc.bigInt({ min: 0n, max: 100n }), commit: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let now = 0n;
      const clock = openStatementClock({ nowMicros: () => now }, 50n);
      let handed = 50n;
      let committed = 50n;
      for (const one of steps) {
        now = one.now;
        if (one.commit) {
          committed = clock.commit();
          expect(committed).toBeGreaterThan(handed);
          handed = committed;
        } else {
          handed = clock.statement(now);
          expect(handed).toBeGreaterThanOrEqual(committed);
        }
      }
    }),
  );
});

it("commits after a moment that was only read at", () => {
  const clock = openStatementClock({ nowMicros: () => 10n }, 0n);
  clock.observe(99n);
  expect(clock.commit()).toBe(100n);
});
