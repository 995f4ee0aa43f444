import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseKeySlots, planKeySlot } from "./key-slots.ts";

const slots = (first: string | undefined, second: string | undefined) => ({
  RSA_PUBLIC_KEY: first,
  RSA_PUBLIC_KEY_2: second,
});
const keys = { current: "current", pending: "pending", previous: "previous" };

describe("the slot of a pending key", () => {
  it.each([
    ["current", undefined, { status: "put", slot: "RSA_PUBLIC_KEY_2" }],
    ["current", "previous", { status: "put", slot: "RSA_PUBLIC_KEY_2" }],
    ["current", "a stranger's", { status: "put", slot: "RSA_PUBLIC_KEY_2" }],
    ["previous", "current", { status: "put", slot: "RSA_PUBLIC_KEY" }],
    [undefined, "current", { status: "put", slot: "RSA_PUBLIC_KEY" }],
    ["previous", undefined, { status: "put", slot: "RSA_PUBLIC_KEY_2" }],
    [undefined, undefined, { status: "put", slot: "RSA_PUBLIC_KEY" }],
    ["a stranger's", undefined, { status: "put", slot: "RSA_PUBLIC_KEY_2" }],
    ["a stranger's", "another's", { status: "taken" }],
    ["pending", "current", { status: "set" }],
    ["current", "pending", { status: "set" }],
  ] as const)("beside %s and %s", (first, second, plan) => {
    expect(planKeySlot({ slots: slots(first, second), ...keys })).toEqual(plan);
  });

  it("is never that of the key in use", () => {
    const key = fc.option(fc.constantFrom("current", "pending", "previous", "other"), { nil: undefined });
    fc.assert(
      fc.property(key, key, fc.option(fc.constant("previous"), { nil: undefined }), (first, second, previous) => {
        const held = slots(first, second);
        const plan = planKeySlot({ slots: held, current: "current", pending: "pending", previous });
        if (plan.status !== "put" || first === second) return;
        expect(held[plan.slot]).not.toBe("current");
      }),
    );
  });

  it("is read from DESCRIBE USER, which says null for a free one", () => {
    expect(
      parseKeySlots(
        new Map([
          ["RSA_PUBLIC_KEY_FP", "SHA256:x"],
          ["RSA_PUBLIC_KEY_2_FP", "null"],
        ]),
      ),
    ).toEqual(slots("SHA256:x", undefined));
    expect(parseKeySlots(new Map())).toEqual(slots(undefined, undefined));
  });
});
