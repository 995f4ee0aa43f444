import fc from "fast-check";
import { expect, test } from "vitest";
import { html } from "./markup.ts";

test("a value is text, whatever it looks like", () => {
  expect(html`<td title="${`"><script>alert('1')</script>`}">${"a & b"}</td>`.text).toBe(
    '<td title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;">a &amp; b</td>',
  );
});

test("markup in markup stays, lists are joined and nothing is nothing", () => {
  expect(html`<ul>${["a", "<b>"].map((item) => html`<li>${item}</li>`)}${null}${false}${undefined}${0}</ul>`.text).toBe(
    "<ul><li>a</li><li>&lt;b&gt;</li>0</ul>",
  );
});

test("what would act unseen is spelled out", () => {
  expect(html`${"a\u0000b\u202ec\ud800d\u001b[31m\ufeff"}`.text).toBe("a\\u0000b\\u202ec\\ud800d\\u001b[31m\\ufeff");
  expect(html`${"tab\tline\nemoji 🛫 é"}`.text).toBe("tab\tline\nemoji 🛫 é");
});

test("no value can open a tag, end an attribute or make an entity of its own", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      const { text } = html`${value}`;
      expect(text).not.toMatch(/[<>"'`]/);
      expect(text.replace(/&(amp|lt|gt|quot|#39|#96);/g, "")).not.toContain("&");
    }),
  );
});
