import type { ObjectBody } from "@snowmelt/core/ports";

export interface BodyPart {
  readonly bytes: Uint8Array;
  /** The first part may be the last: then the body is put at once. */
  readonly isLast: boolean;
}

/**
 * A body in parts of `partBytes`, the last one shorter, or empty for an empty body. What the body yields is copied, for
 * its buffer may be used again; a body that is one array is cut without a copy. Holds less than two parts.
 */
export async function* cutParts(body: ObjectBody, partBytes: number): AsyncGenerator<BodyPart> {
  if (body instanceof Uint8Array) {
    for (let at = 0; ; at += partBytes) {
      const isLast = at + partBytes >= body.byteLength;
      yield { bytes: body.subarray(at, at + partBytes), isLast };
      if (isLast) return;
    }
  }
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const take = (): Uint8Array => {
    const bytes = held[0] && held.length === 1 ? held[0] : Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    return bytes;
  };
  for await (const chunk of body) {
    for (let at = 0; at < chunk.byteLength; ) {
      // A full part goes only when there is more, so that the last one is known.
      if (heldBytes === partBytes) yield { bytes: take(), isLast: false };
      const piece = chunk.slice(at, at + partBytes - heldBytes);
      held.push(piece);
      heldBytes += piece.byteLength;
      at += piece.byteLength;
    }
  }
  yield { bytes: take(), isLast: true };
}
