/** One reader under test. Others are added to `targets.ts` with one line. */
export interface FuzzTarget {
  id: string;
  /** Good files, the beginnings of all damage. */
  seeds: readonly Uint8Array[];
  /**
   * Reads the bytes and resolves, or rejects with UnreadableInputError: anything else is a finding. A result that breaks a promise of the reader is
   * rejected with another error.
   */
  read(bytes: Uint8Array): Promise<void>;
}
