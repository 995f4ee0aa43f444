/**
 * Text from outside as it may be written to a terminal: control characters, escape sequences and marks that reverse the
 * reading direction are spelled out (`\u001b`), so that a name cannot move the cursor or forge a line. Tab and line feed
 * stay.
 */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
