import { execFileSync } from "node:child_process";
import type { lookup } from "node:dns";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@snowmelt/core/ports";
import { isPublicAddress, openPost } from "@snowmelt/pipeline/notify";
import { describe, expect, test } from "vitest";
import { openHttpSink } from "./http-sink.ts";

const request = (url: string) => ({ url: new Secret(url), body: "{}", timeoutMs: 5000 });
/** A name server that gives every name these addresses. */
const resolvesTo = (...addresses: readonly string[]): typeof lookup =>
  ((_name: string, _options: object, callback: (error: null, found: object[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    )) as unknown as typeof lookup;

describe("nothing is sent", () => {
  test.each([
    ["in the clear to another machine", "http://hooks.example.com/x"],
    ["by another protocol", "ftp://hooks.example.com/x"],
    ["to what is no address", "hooks.example.com"],
    ["with a password in the address", "https://me:pw@hooks.example.com/"],
    ["to a private address", "https://10.0.0.1/"],
    ["to the metadata of a cloud", "https://169.254.169.254/latest"],
    ["to an address in another notation", "https://0x0a000001/"],
    ["to an IPv4 address within an IPv6 one", "https://[::ffff:10.0.0.1]/"],
    ["to a link-local address", "https://[fe80::1]/"],
    ["to any address", "https://0.0.0.0/"],
  ])("%s", async (_, url) => {
    const reply = await openPost({ lookup: resolvesTo("8.8.8.8") })(request(url));
    expect(reply.kind).toBe("forbidden");
    expect(JSON.stringify(reply)).not.toContain("example.com");
  });

  test("to a name that means a private address, or also means one", async () => {
    for (const addresses of [
      ["127.0.0.1"],
      ["169.254.169.254"],
      ["8.8.8.8", "10.1.2.3"],
      ["fd00::1"],
      ["64:ff9b::a00:1"],
      [],
    ]) {
      const reply = await openPost({ lookup: resolvesTo(...addresses) })(request("https://hooks.example.com/"));
      expect(reply, addresses.join()).toMatchObject({ kind: "forbidden", reason: expect.stringContaining("private") });
    }
  });
});

test("a name of this machine is one that this machine answers to", async () => {
  await using sink = await openHttpSink();
  expect(await openPost()(request(`${sink.url}/a?b=c`))).toEqual({ kind: "answered", status: 200, body: "ok" });
  expect(sink.received).toMatchObject([{ path: "/a?b=c", body: "{}" }]);
});

test("an answer without end is cut", async () => {
  await using sink = await openHttpSink();
  sink.answer({ status: 400, body: "x".repeat(1_000_000) });
  const reply = await openPost()(request(sink.url));
  expect(reply.kind === "answered" && reply.body.length).toBe(4096);
});

test("a certificate that nobody vouches for is refused, and a company's own authority is trusted when it is named", async () => {
  const { key, cert } = selfSigned();
  await using sink = await openHttpSink({ key, cert });
  const refused = await openPost()(request(sink.url));
  expect(refused).toMatchObject({ kind: "failed", reason: expect.stringMatching(/CERT|SELF_SIGNED/) });
  expect(sink.received).toHaveLength(0);
  expect(await openPost({ ca: cert })(request(sink.url))).toMatchObject({ kind: "answered", status: 200 });
});

test.each([
  ["8.8.8.8", true],
  ["172.15.255.255", true],
  ["172.16.0.0", false],
  ["172.32.0.0", true],
  ["100.64.0.1", false],
  ["192.168.1.1", false],
  ["198.51.100.7", false],
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["2606:4700:4700::1111", true],
  ["2002:a00:1::", false],
  ["2001:db8::1", false],
  ["::1", false],
  ["::ffff:8.8.8.8", false],
  ["fc00::1", false],
  ["ff02::1", false],
  ["hooks.example.com", false],
])("%s is public: %s", (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

function selfSigned(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "snowmelt-cert-"));
  try {
    const file = (name: string): string => join(folder, name);
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        file("key.pem"),
        "-out",
        file("cert.pem"),
      ],
      { stdio: "ignore" },
    );
    return { key: readFileSync(file("key.pem"), "utf8"), cert: readFileSync(file("cert.pem"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
