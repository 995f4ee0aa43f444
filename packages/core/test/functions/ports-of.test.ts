import type { catalogue, PortsOf } from "@snowmelt/core/functions";
import { memoryObjectStore, memorySecrets } from "@snowmelt/core/ports";
import { describe, expect, test } from "vitest";

type Ports<N extends keyof typeof catalogue> = PortsOf<(typeof catalogue)[N]["effects"], typeof all>;

const all = {
  lake: memoryObjectStore("memory://lake"),
  state: memoryObjectStore("memory://state"),
  secrets: memorySecrets({}),
  secretRotation: { finish: (): string => "finished" },
  stores: { write: (): string => "written" },
  storesToRead: { read: (): string => "read" },
  queues: {
    events: { send: (body: string) => `events: ${body}` },
    extract: { send: (body: string) => `extract: ${body}` },
    land: { send: (body: string) => `land: ${body}` },
    check: { send: (body: string) => `check: ${body}` },
    catalog: { send: (body: string) => `catalog: ${body}` },
    transform: { send: (body: string) => `transform: ${body}` },
    publish: { send: (body: string) => `publish: ${body}` },
    alerts: { send: (body: string) => `alerts: ${body}` },
  },
  topics: { publish: (): string => "published" },
  bus: { put: (): string => "put" },
  catalog: { update: (): string => "updated" },
  snowflake: { query: (): string => "queried" },
  http: { post: (): string => "posted" },
};

/** The compiler is the test: `tsc` fails where an expected error is none. Nothing of it runs. */
const compiled = {
  trigger: async ({ state, queues, ...ports }: Ports<"trigger">) => {
    await state.get("definitions/a.json");
    queues.events.send("requested");
    // @ts-expect-error trigger puts no objects
    await state.put("definitions/a.json", new Uint8Array());
    // @ts-expect-error trigger sends to no stage
    queues.land.send("start");
    // @ts-expect-error trigger has no table
    ports.stores;
    // @ts-expect-error trigger sees nothing of the lake
    ports.lake;
  },
  land: async ({ lake, state, stores, snowflake, ...ports }: Ports<"land">) => {
    await lake.putIfAbsent("raw/flights/data/a", new Uint8Array());
    await state.get("attempts/a/b.json");
    stores.write();
    snowflake.query();
    await state.delete("attempts/a/keys/b.keys");
    // @ts-expect-error land knows no catalog
    ports.catalog;
    // @ts-expect-error land reaches no channel
    ports.http;
  },
  check: async ({ lake, state }: Ports<"check">) => {
    await lake.delete("raw/flights/_delta_log/0.json");
    // @ts-expect-error check deletes nothing of what stages left
    await state.delete("attempts/a/b.json");
  },
  catalog: async ({ lake, catalog, ...ports }: Ports<"catalog">) => {
    await lake.get("raw/flights/_delta_log/0.json");
    catalog.update();
    // @ts-expect-error catalog writes nothing into the lake
    await lake.putIfAbsent("raw/flights/data/a", new Uint8Array());
    // @ts-expect-error catalog asks Snowflake nothing
    ports.snowflake;
  },
  notify: ({ http, topics, secrets, ...ports }: Ports<"notify">) => {
    http.post();
    topics.publish();
    // @ts-expect-error notify changes no secret
    ports.secretRotation;
    // @ts-expect-error notify sends to no queue
    ports.queues;
    return secrets;
  },
  rotate: ({ secretRotation, snowflake, ...ports }: Ports<"rotate">) => {
    secretRotation.finish();
    snowflake.query();
    // @ts-expect-error rotate has no objects
    ports.state;
  },
  reading: ({ storesToRead, ...ports }: PortsOf<readonly [{ effect: "stateTable"; access: "read" }], typeof all>) => {
    storesToRead.read();
    // @ts-expect-error reading the table is not writing it
    ports.stores;
  },
};

describe("the ports of a function", () => {
  test("are what its effects name, and no more: the rest does not compile", () => {
    const mayTake: Record<keyof typeof compiled, unknown> = compiled;
    expect(Object.keys(mayTake)).toContain("land");
  });

  test("are met by whoever has them all", () => {
    const send = ({ queues }: Ports<"trigger">) => queues.events.send("requested");
    expect(send(all)).toBe("events: requested");
  });
});
