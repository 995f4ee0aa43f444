import { Secret } from "@snowmelt/core/ports";

/** The versions of one secret as a rotation sees them. */
export interface SecretVersions {
  /** Stages by version id. Throws SECRET_NOT_FOUND. */
  stages(signal?: AbortSignal): Promise<Readonly<Record<string, readonly string[]>>>;
  /** What a version holds; undefined when it is not there, or is registered and holds nothing yet. */
  read(
    version: { readonly stage: string } | { readonly id: string },
    signal?: AbortSignal,
  ): Promise<Secret | undefined>;
  /** Puts a version under AWSPENDING. `exists`: that id holds something else already. */
  putPending(id: string, value: Secret, signal?: AbortSignal): Promise<"put" | "exists">;
  /** Moves AWSCURRENT from one version to another; the first becomes AWSPREVIOUS. May be repeated. */
  promote(move: { readonly from: string | undefined; readonly to: string }, signal?: AbortSignal): Promise<void>;
}

/** Versions in memory, with the rules of Secrets Manager. */
export function memorySecretVersions(first: { readonly id: string; readonly text: string }): SecretVersions {
  const values = new Map([[first.id, first.text]]);
  const holders = new Map([["AWSCURRENT", first.id]]);
  return {
    async stages() {
      return Object.fromEntries(
        [...values.keys()].map((id) => [
          id,
          [...holders].filter(([, holder]) => holder === id).map(([stage]) => stage),
        ]),
      );
    },
    async read(version) {
      const id = "id" in version ? version.id : holders.get(version.stage);
      const text = id === undefined ? undefined : values.get(id);
      return text === undefined ? undefined : new Secret(text);
    },
    async putPending(id, value) {
      const known = values.get(id);
      if (known !== undefined && known !== value.reveal()) return "exists";
      values.set(id, value.reveal());
      holders.set("AWSPENDING", id);
      return "put";
    },
    async promote({ from, to }) {
      const current = holders.get("AWSCURRENT");
      if (current === to) return;
      if (current !== from) throw new RangeError(`AWSCURRENT is ${current}, not ${from}`);
      holders.set("AWSCURRENT", to);
      if (from !== undefined) holders.set("AWSPREVIOUS", from);
    },
  };
}
