/** The two places that a user of Snowflake has for public keys. */
export type KeySlot = "RSA_PUBLIC_KEY" | "RSA_PUBLIC_KEY_2";

/** The fingerprints in a user's slots; undefined where one is free. */
export type KeySlots = Readonly<Record<KeySlot, string | undefined>>;

const slotNames = ["RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2"] as const satisfies readonly KeySlot[];

/** Reads the rows of DESCRIBE USER, `property` and `value`; the word null is no value. */
export function parseKeySlots(properties: ReadonlyMap<string, string | null>): KeySlots {
  const fingerprint = (slot: KeySlot) => {
    const value = properties.get(`${slot}_FP`) ?? "";
    return value === "" || value.toLowerCase() === "null" ? undefined : value;
  };
  return { RSA_PUBLIC_KEY: fingerprint("RSA_PUBLIC_KEY"), RSA_PUBLIC_KEY_2: fingerprint("RSA_PUBLIC_KEY_2") };
}

export interface PlanKeySlotInput {
  readonly slots: KeySlots;
  /** Fingerprints of the secret's keys; undefined where it has no such version. */
  readonly current: string | undefined;
  readonly pending: string;
  readonly previous: string | undefined;
}

export type KeySlotPlan =
  | { readonly status: "set" }
  | { readonly status: "put"; readonly slot: KeySlot }
  | { readonly status: "taken" };

/**
 * Where the pending key belongs: never where the current one is, so that both are good until the next rotation. Which slot is
 * the older one says nothing. `taken`: both hold keys that the secret does not know of, and somebody may need them.
 */
export function planKeySlot({ slots, current, pending, previous }: PlanKeySlotInput): KeySlotPlan {
  const holding = (fingerprint: string | undefined) =>
    fingerprint === undefined ? undefined : slotNames.find((slot) => slots[slot] === fingerprint);
  if (holding(pending) !== undefined) return { status: "set" };
  const kept = holding(current) ?? holding(previous);
  const slot =
    kept === undefined ? slotNames.find((name) => slots[name] === undefined) : slotNames.find((name) => name !== kept);
  return slot === undefined ? { status: "taken" } : { status: "put", slot };
}
