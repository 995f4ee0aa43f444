export { type RotateKeyPairOptions, rotateKeyPair } from "./rotate-key-pair.ts";
export { RotationEvent } from "./rotation-event.ts";
export { memorySecretVersions, type SecretVersions } from "./secret-versions.ts";
