import type { ObjectStore, Secrets } from "../ports/index.ts";
import type { Effect, ObjectPlace, QueueName } from "./effect.ts";

type Reads = Pick<ObjectStore, "uri" | "get" | "head" | "list">;
type Puts = Pick<ObjectStore, "uri" | "put" | "putIfAbsent" | "putIfMatch">;
type Deletes = Pick<ObjectStore, "uri" | "delete">;

/** Everything that any handler may be given. What is not of core is its maker's type. */
export interface AllPorts {
  readonly lake: ObjectStore;
  readonly state: ObjectStore;
  readonly secrets: Secrets;
  readonly secretRotation: unknown;
  readonly stores: unknown;
  readonly storesToRead: unknown;
  readonly queues: Readonly<Record<QueueName, unknown>>;
  readonly topics: unknown;
  readonly bus: unknown;
  readonly catalog: unknown;
  readonly snowflake: unknown;
  readonly http: unknown;
}

type Named<E extends Effect, K extends Effect["effect"]> = Extract<E, { readonly effect: K }>;
type Has<E extends Effect, K extends Effect["effect"], Yes> = [Named<E, K>] extends [never] ? unknown : Yes;
type Does<E extends Effect, K extends "readObjects" | "putObjects" | "deleteObjects", P extends ObjectPlace, Yes> =
  Extract<Named<E, K>, { readonly in: P }> extends never ? unknown : Yes;

type ObjectsOf<E extends Effect, P extends ObjectPlace> =
  Extract<E, { readonly in: P }> extends never
    ? unknown
    : {
        readonly [name in P]: Does<E, "readObjects", P, Reads> &
          Does<E, "putObjects", P, Puts> &
          Does<E, "deleteObjects", P, Deletes>;
      };

type TableOf<E extends Effect, P extends AllPorts> =
  Named<E, "stateTable"> extends never
    ? unknown
    : Named<E, "stateTable">["access"] extends "read"
      ? { readonly storesToRead: P["storesToRead"] }
      : { readonly stores: P["stores"] };

/**
 * The ports of a function's effects, and no others: a handler that reaches for another does not compile. Object stores have the
 * methods alone that an effect names, and `queues` the queues.
 */
export type PortsOf<E extends readonly Effect[], P extends AllPorts = AllPorts> = PortsOfEach<E[number], P>;

type PortsOfEach<E extends Effect, P extends AllPorts> = ObjectsOf<E, "lake"> &
  ObjectsOf<E, "state"> &
  TableOf<E, P> &
  Has<E, "readSecret", { readonly secrets: P["secrets"] }> &
  Has<E, "rotateSecret", { readonly secretRotation: P["secretRotation"] }> &
  Has<E, "sendQueue", { readonly queues: Pick<P["queues"], Named<E, "sendQueue">["queue"]> }> &
  Has<E, "publishTopic", { readonly topics: P["topics"] }> &
  Has<E, "putEvents", { readonly bus: P["bus"] }> &
  Has<E, "glueTable", { readonly catalog: P["catalog"] }> &
  Has<E, "snowflakeRole", { readonly snowflake: P["snowflake"] }> &
  Has<E, "httpTo", { readonly http: P["http"] }>;
