/** One kind of action that a catalog may allow. A new one is a file here, a line in `registry.ts`, and a rule that proposes it. */
export interface RemedyMember {
  /** As `remedies` of a service names it, and as a cause proposes it. */
  kind: string;
  /** What it does, in half a sentence. */
  title: string;
  /** Kind of the databases on which it can be applied. */
  engine: string;
  /** The statement says all that an approval binds: none that could mean something else by the time somebody approves it. */
  canPlan: (statement: string) => boolean;
  /** The sentence or statement that takes it back. */
  undo: (statement: string) => string;
  /**
   * Looks first whether it is done already, and says in one line what it did. Safe to retry. Throws RefusedError for a statement that is
   * not of its kind.
   */
  apply: (order: RemedyApplication) => Promise<{ applied: boolean; detail: string }>;
  /** Undoes what `apply` did with the same statement; safe to retry. Null when nothing can be, or has to be, undone. */
  takeBack: ((order: RemedyApplication) => Promise<{ applied: boolean; detail: string }>) | null;
}

interface RemedyApplication {
  /** Connection URL, with its secret. */
  url: string;
  /** Else RefusedError for a role that may do anything. */
  mayBeSuperuser: boolean;
  statement: string;
  /** Who asks for it (incident id): a DBA sees it. */
  tag: string;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}
