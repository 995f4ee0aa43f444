import { isSnowmeltError } from "@snowmelt/core/errors";
import { type LandedColumn, landTypeText } from "@snowmelt/core/types";
import { snowflakeError } from "../snowflake-error.ts";

/** Why a value cannot be unloaded as its column is landed. */
export type GuardReason = keyof typeof whys;

const whys = {
  bits: "it needs more than 64 bits",
  fraction: "it has more decimals than the column",
  digits: "it has more digits than the column",
  fine: "it has digits below the microsecond",
  offset: "its offset from UTC is not 0",
} as const;

export interface Guard {
  /** SQL that is true for a value that must fail. NULL passes. */
  readonly bad: string;
  readonly reason: GuardReason;
  /** Index of the landed column. */
  readonly column: number;
  /** SQL of the value as text, for the message. */
  readonly text: string;
}

/** Characters of the value that the message shows. */
const shownLength = 80;

/**
 * An SQL zero that fails for a bad value: Snowflake has no RAISE in an expression, but a text that is no number fails to
 * convert, and its message quotes the text. Which branch is evaluated when is nothing to rely on, so that the branches
 * are texts, and the conversion is outside.
 */
export const guardZero = ({ bad, reason, column, text }: Guard): string =>
  `TO_NUMBER(IFF(${bad}, 'snowmelt:${reason}:${column}:' || LEFT(${text}, ${shownLength}), '0'))`;

/** A failure that a guard raised, as VALUE_OUT_OF_RANGE of its column and value; any other as it is. */
export function translateGuard(error: unknown, landed: readonly LandedColumn[]): unknown {
  const match = isSnowmeltError(error)
    ? /'snowmelt:([a-z]+):(\d+):([\s\S]*?)' is not recognized/.exec(error.message)
    : null;
  const [, reason = "", index = "", value = ""] = match ?? [];
  const column = landed[Number(index)];
  if (!match || !column || !isReason(reason)) return error;
  const { source, field } = column;
  return snowflakeError(
    "VALUE_OUT_OF_RANGE",
    `Column ${JSON.stringify(source)}: ${JSON.stringify(value)} does not fit ${landTypeText(field.type)} exactly: ${whys[reason]}. Choose another column type or policy in the definition, or mend the value at the source.`,
    { cause: error, details: { column: source, field: field.name, value, type: landTypeText(field.type) } },
  );
}

const isReason = (text: string): text is GuardReason => Object.hasOwn(whys, text);
