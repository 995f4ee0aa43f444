import { openProxy, type WatchedProxy } from "./proxy.ts";

/** A proxy that remembers each secret that goes by. */
export interface RecordingProxy extends WatchedProxy {
  readonly secrets: ReadonlySet<string>;
  /** Kinds of secret that were seen, such as `token` and `qrmk`. */
  readonly kinds: ReadonlySet<string>;
}

export async function openRecordingProxy(target: number): Promise<RecordingProxy> {
  const secrets = new Set<string>();
  const kinds = new Set<string>();
  const remember = (kind: string, value: string | undefined): void => {
    if (value === undefined || value === "") return;
    kinds.add(kind);
    secrets.add(value);
  };
  const search = (text: string): void => {
    for (const [, kind, value] of text.matchAll(/"(token|masterToken|sessionToken|qrmk|PASSWORD)":"([^"]+)"/g))
      remember(kind ?? "", value);
    for (const [, url] of text.matchAll(/"url":"(http[^"]+)"/g)) {
      remember("url", url);
      for (const [, value] of new URL(url ?? "").searchParams) if (value.length > 12) remember("signature", value);
    }
  };
  const proxy = await openProxy(target, {
    onExchange({ authorization, sent, received }) {
      for (const [, token] of authorization.matchAll(/Token="([^"]+)"/g)) remember("token", token);
      search(sent);
      search(received);
    },
  });
  return { ...proxy, secrets, kinds };
}
