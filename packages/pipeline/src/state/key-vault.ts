import type { ObjectStore, Random } from "@snowmelt/core/ports";
import type { Run, RunVault, SealedRun } from "@snowmelt/core/quality";
import { pipelineError } from "../pipeline-error.ts";

/** Read at a time: as many runs are open at once as a table has pieces. */
const blockBytes = 2 << 20;

/** Sorted keys below a prefix of an object store, one object a run. A run that nobody notes is an orphan of the prefix. */
export function openKeyVault(
  store: ObjectStore,
  prefix: string,
  { random, signal }: { readonly random: Random; readonly signal: AbortSignal },
): RunVault {
  return {
    async seal(bytes) {
      const name = `${random.uuid()}.keys`;
      let byteLength = 0;
      const counted = async function* (): AsyncGenerator<Uint8Array> {
        for await (const part of bytes) {
          byteLength += part.byteLength;
          yield part;
        }
      };
      await store.putIfAbsent(prefix + name, counted(), { signal });
      return { name, byteLength };
    },
    open: (run) => openRun(store, prefix, { run, signal }),
  };
}

function openRun(
  store: ObjectStore,
  prefix: string,
  { run: { name, byteLength }, signal }: { readonly run: SealedRun; readonly signal: AbortSignal },
): Run {
  let held: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array(0) };
  return {
    byteLength,
    async read(offset, length) {
      const isHeld = offset >= held.start && offset + length <= held.start + held.bytes.byteLength;
      if (!isHeld) {
        const end = Math.min(byteLength, offset + Math.max(length, blockBytes));
        const bytes = await store.get(prefix + name, { range: { start: offset, end }, signal });
        if (bytes?.byteLength !== end - offset) throw lostKeys(`${store.uri}/${prefix}${name}`, { byteLength, end });
        held = { start: offset, bytes };
      }
      return held.bytes.subarray(offset - held.start, offset - held.start + length);
    },
  };
}

const lostKeys = (place: string, { byteLength, end }: { readonly byteLength: number; readonly end: number }) =>
  pipelineError(
    "STATE_INVALID",
    `${place} was written with ${byteLength} bytes of sorted keys, and cannot be read up to byte ${end}. Run again; the window is landed anew.`,
  );
