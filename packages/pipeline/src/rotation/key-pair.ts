import { createHash, createPrivateKey, createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";

/** A private key as a login takes it. */
export interface PrivateKey {
  /** PKCS#8 in PEM. */
  readonly pem: string;
  /** Of an encrypted one. */
  readonly passphrase: string | undefined;
}

/** The public half, as Snowflake takes it and names it. */
export interface PublicKey {
  /** Base64 without the PEM's delimiters, for RSA_PUBLIC_KEY. */
  readonly body: string;
  /** `SHA256:…`, as DESCRIBE USER shows it. */
  readonly fingerprint: string;
}

const generate = promisify(generateKeyPair);

/** An RSA key in PKCS#8, encrypted where there is a passphrase. */
export async function makePrivateKey(modulusBits: number, passphrase: string | undefined): Promise<string> {
  const encryption = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  const { privateKey } = await generate("rsa", {
    modulusLength: modulusBits,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem", ...encryption },
  });
  return privateKey;
}

/** The public half of a private key; undefined when it is no RSA key, or the passphrase is another. Pure. */
export function publicKeyOf({ pem, passphrase }: PrivateKey): PublicKey | undefined {
  try {
    const key = createPublicKey(createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) }));
    if (key.asymmetricKeyType !== "rsa") return undefined;
    const der = key.export({ type: "spki", format: "der" });
    const fingerprint = `SHA256:${createHash("sha256").update(der).digest("base64")}`;
    return { body: der.toString("base64"), fingerprint };
  } catch {
    return undefined;
  }
}
