import { quotePath, quoteText } from "../quote.ts";

/** A named stage, by its exact names. */
export interface StageName {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/** A stage with its location, if it has one of its own; what `describeStage` gives is one. */
export interface StagePlace extends StageName {
  readonly url?: string | undefined;
}

/** For messages: `LAKE.PUBLIC.LANDING`. */
export const stageText = ({ database, schema, name }: StageName): string => `${database}.${schema}.${name}`;

/** `'@"DB"."SCHEMA"."STAGE"/folder/'`. In quotes, because a path outside them may hold few characters. */
export const stageReference = ({ database, schema, name }: StageName, path: string): string =>
  quoteText(`@${quotePath(database, schema, name)}/${path}`);
