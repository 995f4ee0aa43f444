import type { LeaseClaim, LeaseHolder, LeaseStore } from "../../engine/lease-store.ts";
import type { DynamoTable } from "./dynamo-table.ts";
import { type Item, number, numberOf, text, textOf } from "./item-body.ts";
import type { ItemKey } from "./item-keys.ts";

export const leaseKey = (resource: string): ItemKey => ({ pk: `LEASE#${resource}`, sk: "LEASE" });

export function openDynamoLeases(table: DynamoTable): LeaseStore {
  const claim: LeaseStore["claim"] = async (resource, { holder, nowMs, leaseMs }): Promise<LeaseClaim> => {
    const values = { ":holder": text(holder), ":expires": number(nowMs + leaseMs), ":now": number(nowMs) };
    const taken = await table.update(leaseKey(resource), {
      ConditionExpression: "attribute_not_exists(pk) OR attribute_not_exists(holder) OR expiresAtMs <= :now",
      UpdateExpression: "SET holder = :holder, expiresAtMs = :expires, fence = if_not_exists(fence, :zero) + :one",
      ExpressionAttributeValues: { ...values, ":zero": number(0), ":one": number(1) },
    });
    if (taken.ok) return { kind: "claimed", fence: numberOf(taken.item, "fence") ?? 0 };
    const by = holderOf(taken.old);
    // Released or expired since: nobody has it.
    if (!by) return claim(resource, { holder, nowMs, leaseMs });
    if (by.holder !== holder) return { kind: "busy", by };
    const kept = await table.update(leaseKey(resource), {
      ConditionExpression: "holder = :holder AND expiresAtMs > :now",
      UpdateExpression: "SET expiresAtMs = :expires",
      ExpressionAttributeValues: values,
    });
    return kept.ok
      ? { kind: "claimed", fence: numberOf(kept.item, "fence") ?? 0 }
      : claim(resource, { holder, nowMs, leaseMs });
  };
  return {
    claim,
    async renew(resource, { fence, nowMs, leaseMs }) {
      const renewed = await table.update(leaseKey(resource), {
        ConditionExpression: "fence = :fence AND attribute_exists(holder)",
        UpdateExpression: "SET expiresAtMs = :expires",
        ExpressionAttributeValues: { ":fence": number(fence), ":expires": number(nowMs + leaseMs) },
      });
      return renewed.ok;
    },
    async release(resource, fence) {
      // The item stays: the next fence follows upon this one.
      await table.update(leaseKey(resource), {
        ConditionExpression: "fence = :fence",
        UpdateExpression: "REMOVE holder",
        ExpressionAttributeValues: { ":fence": number(fence) },
      });
    },
    find: async (resource) => holderOf(await table.get(leaseKey(resource))),
  };
}

export function holderOf(item: Item | undefined): LeaseHolder | undefined {
  const holder = item && textOf(item, "holder");
  if (!item || holder === undefined) return undefined;
  return { holder, fence: numberOf(item, "fence") ?? 0, expiresAtMs: numberOf(item, "expiresAtMs") ?? 0 };
}
