/** What `forget` gives. */

export interface ForgetReport {
  readonly version: 1;
  readonly entity: string;
  readonly key: string;
  /** Syncs whose audience it is out of. */
  readonly removed: readonly string[];
  /** Syncs whose audience it may still be in, with why. */
  readonly left: readonly { readonly sync: string; readonly reason: string }[];
  /** The warehouse still has its row. */
  readonly still_there: boolean;
}
