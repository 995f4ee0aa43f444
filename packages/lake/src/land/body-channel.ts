/** The two ends of a stream of bytes: one pushes, with back-pressure, the other pulls as an async iterable. */
export interface BodyChannel {
  readonly body: AsyncIterable<Uint8Array>;
  /** Resolves when the part before this one has been taken. Resolves at once when the reader has gone. */
  push(part: Uint8Array): Promise<void>;
  end(): void;
  /** The reader throws this. */
  fail(error: unknown): void;
  /** The reader has gone; nothing waits any more. */
  close(): void;
}

export function openBodyChannel(): BodyChannel {
  const parts: Uint8Array[] = [];
  let state: { kind: "open" | "ended" | "closed" } | { kind: "failed"; error: unknown } = { kind: "open" };
  let wakeReader = (): void => undefined;
  let wakeWriter = (): void => undefined;

  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const part = parts.shift();
      if (part) {
        wakeWriter();
        yield part;
      } else if (state.kind === "failed") throw state.error;
      else if (state.kind !== "open") return;
      else await new Promise<void>((resolve) => (wakeReader = resolve));
    }
  }
  const become = (next: typeof state): void => {
    if (state.kind === "open") state = next;
    wakeReader();
    wakeWriter();
  };
  return {
    body: read(),
    async push(part) {
      while (parts.length > 0 && state.kind === "open") {
        await new Promise<void>((resolve) => (wakeWriter = resolve));
      }
      if (state.kind === "open") parts.push(part);
      wakeReader();
    },
    end: () => become({ kind: "ended" }),
    fail(error) {
      parts.length = 0;
      become({ kind: "failed", error });
    },
    close() {
      parts.length = 0;
      become({ kind: "closed" });
    },
  };
}
