/** Who works on a resource. */
export interface LeaseHolder {
  readonly holder: string;
  /** Grows with each claim of the resource, for ever: whatever it guards refuses an older one. */
  readonly fence: number;
  readonly expiresAtMs: number;
}

export type LeaseClaim =
  | { readonly kind: "claimed"; readonly fence: number }
  /** By another holder, until then. */
  | { readonly kind: "busy"; readonly by: LeaseHolder };

/**
 * One holder a resource at a time. Expiry is for liveness: a holder that was frozen believes that it holds still, and the fence tells.
 * Every implementation passes `leaseStoreContract`.
 */
export interface LeaseStore {
  /** A holder that claims again what it holds gets the same fence, and more time. */
  claim(
    resource: string,
    claim: { readonly holder: string; readonly nowMs: number; readonly leaseMs: number },
  ): Promise<LeaseClaim>;
  /** False where another has it, or had it since. */
  renew(
    resource: string,
    lease: { readonly fence: number; readonly nowMs: number; readonly leaseMs: number },
  ): Promise<boolean>;
  /** Nothing, where another has it by now. */
  release(resource: string, fence: number): Promise<void>;
  find(resource: string): Promise<LeaseHolder | undefined>;
}
