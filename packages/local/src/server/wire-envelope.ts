/** What every JSON reply of Snowflake is wrapped in. `code` is null on plain success. */
export interface Envelope {
  readonly success: boolean;
  readonly code: string | null;
  readonly message: string | null;
  readonly data: unknown;
}

export function toSuccess(data: unknown): Envelope {
  return { success: true, code: null, message: null, data };
}

export function toRefusal(code: string, message: string, data: unknown = null): Envelope {
  return { success: false, code, message, data };
}
