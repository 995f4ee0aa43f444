import { join } from "node:path";
import { z } from "zod";
import { LocalUser } from "../server/config.ts";
import { readJson, writeAtomically } from "../server/write-atomically.ts";

/** Who may log in: those the server was started with, as changed by SQL since. */
export interface UserStore {
  list(): readonly LocalUser[];
  /** By name, whatever its case. */
  find(name: string): LocalUser | undefined;
  /** Makes or replaces a user; it is on disk when this resolves. */
  put(user: LocalUser): Promise<void>;
  remove(name: string): Promise<void>;
}

/** By upper-case name; null for a user that was dropped. What SQL made of a user outlives a restart. */
const Changed = z.record(z.string(), LocalUser.nullable());

export async function openUserStore(dataDir: string, configured: readonly LocalUser[]): Promise<UserStore> {
  const path = join(dataDir, "users.json");
  const changed = new Map(Object.entries((await readJson(path, Changed)) ?? {}));
  const users = new Map(configured.map((user) => [user.name.toUpperCase(), user]));
  const apply = (name: string, user: LocalUser | null) => (user === null ? users.delete(name) : users.set(name, user));
  for (const [name, user] of changed) apply(name, user);

  const change = async (name: string, user: LocalUser | null) => {
    changed.set(name, user);
    await writeAtomically(path, JSON.stringify(Object.fromEntries(changed)), 0o600);
    apply(name, user);
  };
  return {
    list: () => [...users.values()],
    find: (name) => users.get(name.toUpperCase()),
    put: (user) => change(user.name.toUpperCase(), user),
    remove: (name) => change(name.toUpperCase(), null),
  };
}
