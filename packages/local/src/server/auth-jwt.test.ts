import { createHash, createPublicKey, createSign, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findJwtFault } from "./auth-jwt.ts";
import { LocalUser } from "./config.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const der = createPublicKey(publicKey).export({ type: "spki", format: "der" });
const fingerprint = `SHA256:${createHash("sha256").update(der).digest("base64")}`;
const user = LocalUser.parse({ name: "svc", publicKeys: [publicKey] });
const NOW_MS = Date.UTC(2026, 0, 1);
const claims = { iss: `ACC.SVC.${fingerprint}`, sub: "ACC.SVC", iat: NOW_MS / 1000, exp: NOW_MS / 1000 + 120 };

function sign(payload: object, header: object = { alg: "RS256", typ: "JWT" }): string {
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
}
const faultOf = (token: string) => findJwtFault(token, user, "acc", NOW_MS);

describe("a key pair token", () => {
  it("is good in seconds as the standard has it, and in the driver's milliseconds", () => {
    expect(faultOf(sign(claims))).toBeUndefined();
    expect(faultOf(sign({ ...claims, iat: NOW_MS, exp: NOW_MS + 120_000 }))).toBeUndefined();
  });

  it.each([
    ["expired", { ...claims, iat: claims.iat - 300, exp: claims.iat - 180 }],
    ["issued in the future", { ...claims, iat: claims.iat + 600, exp: claims.iat + 700 }],
    ["lives longer than an hour", { ...claims, exp: claims.iat + 3601 }],
    ["sub is not ACC.SVC", { ...claims, sub: "ACC.OTHER" }],
    ["iss names no public key of this user", { ...claims, iss: "ACC.SVC.SHA256:other" }],
    ["not a JSON web token", { ...claims, exp: "soon" }],
  ])("is refused when %s", (fault, payload) => {
    expect(faultOf(sign(payload))).toBe(fault);
  });

  it("is refused with another algorithm, a changed payload or no form at all", () => {
    expect(faultOf(sign(claims, { alg: "none" }))).toContain("algorithm");
    const [header, , signature] = sign(claims).split(".");
    const changed = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 60 })).toString("base64url");
    expect(faultOf(`${header}.${changed}.${signature}`)).toBe("signature does not match");
    expect(faultOf("nothing")).toBe("not a JSON web token");
  });
});
