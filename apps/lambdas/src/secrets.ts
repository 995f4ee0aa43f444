import type { Secrets } from "@snowmelt/core/ports";
import { openSecretsManager } from "@snowmelt/pipeline/aws";

/** What a definition names as `aws:…`, from Secrets Manager. Functions have no other secrets: variables of theirs are shown in the console. */
export const openSecrets = (): Secrets => openSecretsManager();
