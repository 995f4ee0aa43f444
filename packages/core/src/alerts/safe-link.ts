/** An address as it may stand in a message: https only, without a password, and without what ends a link in any of their notations. */
export function safeLink(href: string): string | undefined {
  const url = URL.parse(href);
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") return undefined;
  const escaped = url.href.replace(
    /[|<>()[\]`"'\\*~\s]/g,
    (found) => `%${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return escaped.length <= 2000 ? escaped : undefined;
}
