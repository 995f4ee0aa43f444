import { acknowledgementEvent, readAcknowledgement, signWebhook, verifyWebhook } from "@snowmelt/core/alerts";
import { decideIncident, EscalationPolicy } from "@snowmelt/core/engine";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const next = `whsec_${Buffer.alloc(32, 2).toString("base64")}`;
const nowMs = 1_795_000_000_000;
const content = { id: "msg_1", timestampSeconds: nowMs / 1000, body: '{"a":1}' };
const signed = signWebhook(content, [secret]);
const check = { headers: signed, body: content.body, secrets: [secret], nowMs };

describe("a webhook's signature", () => {
  test("is that of the specification's own example", () => {
    const example = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestampSeconds: 1614265330, body: '{"test": 2432232314}' };
    expect(signWebhook(example, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])["webhook-signature"]).toBe(
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );
  });

  test("is by each secret while one takes the other's place, and either receiver accepts", () => {
    const headers = signWebhook(content, [secret, next]);
    expect(headers["webhook-signature"].split(" ")).toHaveLength(2);
    for (const one of [secret, next]) {
      expect(verifyWebhook({ ...check, headers, secrets: [one] })).toMatchObject({ kind: "genuine", id: "msg_1" });
    }
  });

  test("is found whatever case the headers have", () => {
    const headers = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.toUpperCase(), value]));
    expect(verifyWebhook({ ...check, headers }).kind).toBe("genuine");
  });

  test.each([
    ["another body", { body: '{"a":2}' }],
    ["another id", { headers: { ...signed, "webhook-id": "msg_2" } }],
    ["another secret", { secrets: [next] }],
    ["no secret", { secrets: [] }],
    ["a time that is long ago", { nowMs: nowMs + 301_000 }],
    ["a time to come", { nowMs: nowMs - 301_000 }],
    ["a time that is no number", { headers: { ...signed, "webhook-timestamp": "1e9" } }],
    ["no headers", { headers: {} }],
    [
      "another scheme",
      { headers: { ...signed, "webhook-signature": signed["webhook-signature"].replace("v1,", "v1a,") } },
    ],
    ["half a signature", { headers: { ...signed, "webhook-signature": signed["webhook-signature"].slice(0, 20) } }],
  ])("is refused with %s", (_, change) => {
    expect(verifyWebhook({ ...check, ...change }).kind).toBe("refused");
  });

  test("says nothing of a secret that is not one", () => {
    for (const bad of ["hunter2hunter2hunter2hunter2hunter2", "whsec_c2hvcnQ=", "whsec_!"]) {
      expect(() => signWebhook(content, [bad])).toThrow(expect.objectContaining({ code: "WEBHOOK_SECRET_INVALID" }));
      expect(() => signWebhook(content, [bad])).not.toThrow(bad);
    }
  });

  test("holds for any id and body, and for no other", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(text, text, text, (id, body, other) => {
        const headers = signWebhook({ ...content, id, body }, [secret]);
        expect(verifyWebhook({ ...check, headers, body }).kind).toBe("genuine");
        if (other !== body) expect(verifyWebhook({ ...check, headers, body: other }).kind).toBe("refused");
      }),
    );
  });
});

describe("an acknowledgement", () => {
  const read = (body: string) =>
    readAcknowledgement({ ...check, body, headers: signWebhook({ ...content, body }, [secret]) });
  const policy = EscalationPolicy.parse({ levels: [{ afterMs: 0, channels: ["slack"] }], goodsToResolve: 3 });
  const opened = decideIncident(policy, undefined, {
    id: "e",
    atMs: nowMs - 1,
    type: "raised",
    dedupKey: "k",
    severity: "error",
    summary: "s",
  }).state;

  test.each(["acknowledge", "resolve"] as const)(
    "that comes back signed does to the incident what it says: %s",
    (action) => {
      const outcome = read(JSON.stringify({ action, dedupKey: "k", by: "ann" }));
      if (outcome.kind !== "accepted") throw new Error(outcome.kind);
      expect(outcome.dedupKey).toBe("k");
      expect(decideIncident(policy, opened, outcome.event).notifications).toMatchObject([
        { action, channel: "slack", by: "ann" },
      ]);
    },
  );

  test("is looked at only when its signature is right", () => {
    expect(readAcknowledgement({ ...check, body: "not JSON" }).kind).toBe("refused");
    expect(read("not JSON")).toMatchObject({ kind: "invalid" });
    expect(read('{"action":"delete","dedupKey":"k","by":"ann"}')).toMatchObject({ kind: "invalid" });
    expect(read(`{"action":"resolve","dedupKey":"k","by":"${"x".repeat(20_000)}"}`).kind).toBe("refused");
  });

  test("is the same event by whatever way it comes", () => {
    expect(acknowledgementEvent({ action: "acknowledge", dedupKey: "k", by: "ann" }, { id: "cli", atMs: 1 })).toEqual({
      id: "cli",
      atMs: 1,
      type: "acknowledged",
      by: "ann",
    });
  });
});
