import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";

/** Downloads of one read that are answered with an HTTP error. The driver repeats them by itself and tells of none. */
export interface RefusedDownloads {
  /** What `work` begins, now or later, is watched. */
  run<T>(work: () => T): T;
  /** Of those that were not answered well since. */
  count(): number;
  /** Of the last one. */
  status(): number | undefined;
  close(): void;
}

interface Watched {
  /** How often each was refused that has not come yet. */
  readonly refusals: Map<unknown, number>;
  status: number | undefined;
  readonly onRefused: () => void;
}

const watching = new AsyncLocalStorage<Watched>();
const created = channel("http.client.request.created");
const answered = channel("http.client.response.finish");
const requests = new WeakMap<object, Watched>();
let open = 0;

/** Watches the answers to a read's downloads, until it is closed; `onRefused` is called after each that is an error. */
export function openRefusedDownloads(onRefused: () => void): RefusedDownloads {
  const watched: Watched = { refusals: new Map(), status: undefined, onRefused };
  if (open++ === 0) {
    created.subscribe(noteRequest);
    answered.subscribe(noteAnswer);
  }
  return {
    run: (work) => watching.run(watched, work),
    count: () => [...watched.refusals.values()].reduce((total, count) => total + count, 0),
    status: () => watched.status,
    close() {
      if (--open > 0) return;
      created.unsubscribe(noteRequest);
      answered.unsubscribe(noteAnswer);
    },
  };
}

/** A request is made where its read's context is still known; an answer comes on a socket that many share. */
function noteRequest(message: unknown): void {
  const watched = watching.getStore();
  const request = fieldOf(message, "request");
  if (watched && typeof request === "object" && request !== null) requests.set(request, watched);
}

function noteAnswer(message: unknown): void {
  const request = fieldOf(message, "request");
  const watched = typeof request === "object" && request !== null ? requests.get(request) : undefined;
  const status = fieldOf(fieldOf(message, "response"), "statusCode");
  if (!watched || typeof status !== "number") return;
  const link = fieldOf(request, "path");
  if (status < 400) return void watched.refusals.delete(link);
  watched.refusals.set(link, (watched.refusals.get(link) ?? 0) + 1);
  watched.status = status;
  watched.onRefused();
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
