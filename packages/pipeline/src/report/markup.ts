/** Text that is HTML already. Everything else put into {@link html} is escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/**
 * HTML (or SVG) with every interpolated value escaped, for text and for quoted attributes alike. `null`, `undefined` and
 * `false` are nothing; lists are joined. The one way to build markup in the report, so that no value can become an element.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0] ?? "";
  values.forEach((value, index) => {
    text += markupText(value) + (strings[index + 1] ?? "");
  });
  return new Markup(text);
}

function markupText(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === null || content === undefined || content === false) return "";
  if (typeof content === "string") return escapeText(content);
  if (typeof content === "number") return String(content);
  return content.map(markupText).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * Also makes visible what would otherwise act on the reader unseen: control characters, marks that reverse the reading
 * direction and lone surrogates become their `\u` spelling; tab and line feed stay.
 */
function escapeText(text: string): string {
  return text.replace(unsafe, (character) => entities[character] ?? spelled(character));
}

const unsafe =
  /[&<>"'`]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const spelled = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
