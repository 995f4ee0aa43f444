import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { Secret } from "@snowmelt/core/ports";
import type { SecretVersions } from "../../rotation/secret-versions.ts";
import { connectSecretsManager, type SecretsManagerOptions } from "./secrets-connection.ts";

/** The versions of one secret of Secrets Manager, for its rotation. Errors as of {@link openSecretsManager}. */
export function openSecretVersions(id: string, options: SecretsManagerOptions = {}): SecretVersions & AsyncDisposable {
  const connection = connectSecretsManager(options);
  return {
    async stages(signal) {
      const asked = { id, what: "list the versions of", actions: "secretsmanager:DescribeSecret", signal };
      const { VersionIdsToStages = {} } = await connection.request(asked, (client, sending) =>
        client.send(new DescribeSecretCommand({ SecretId: id }), sending),
      );
      return VersionIdsToStages;
    },
    read(version, signal) {
      const which = "id" in version ? { VersionId: version.id } : { VersionStage: version.stage };
      const asked = { id, what: "read a version of", actions: "secretsmanager:GetSecretValue", signal };
      return connection.request(asked, async (client, sending) => {
        try {
          const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id, ...which }), sending);
          return SecretString === undefined ? undefined : new Secret(SecretString);
        } catch (error) {
          if (isAbsent(error)) return undefined;
          throw error;
        }
      });
    },
    putPending(versionId, value, signal) {
      const asked = { id, what: "put a pending version into", actions: "secretsmanager:PutSecretValue", signal };
      const version = { ClientRequestToken: versionId, SecretString: value.reveal(), VersionStages: ["AWSPENDING"] };
      return connection.request(asked, async (client, sending) => {
        try {
          await client.send(new PutSecretValueCommand({ SecretId: id, ...version }), sending);
          return "put";
        } catch (error) {
          if (error instanceof ResourceExistsException) return "exists";
          throw error;
        }
      });
    },
    async promote({ from, to }, signal) {
      const asked = {
        id,
        what: "make a version current of",
        actions: "secretsmanager:UpdateSecretVersionStage",
        signal,
      };
      const move = { SecretId: id, VersionStage: "AWSCURRENT", MoveToVersionId: to };
      const removal = from === undefined ? {} : { RemoveFromVersionId: from };
      await connection.request(asked, async (client, sending) => {
        try {
          await client.send(new UpdateSecretVersionStageCommand({ ...move, ...removal }), sending);
        } catch (error) {
          // A move whose answer was lost is refused when it is repeated: nothing is left to remove it from.
          const described = await client.send(new DescribeSecretCommand({ SecretId: id }), sending);
          if (!described.VersionIdsToStages?.[to]?.includes("AWSCURRENT")) throw error;
        }
      });
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

/** The secret is there or not, `stages` says; a version that was registered by RotateSecret holds nothing at first. */
const isAbsent = (error: unknown): boolean =>
  error instanceof ResourceNotFoundException ||
  (error instanceof InvalidRequestException && /staging label|no value|not.*value/i.test(error.message));
