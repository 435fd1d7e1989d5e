export const auditedActions = ['load', 'profile', 'sql', 'undo', 'notification', 'runbook-step', 'runbook-rollback'] as const;

/** One act on the world, as the audit log keeps it. No secret is in it. */
export interface AuditedAct {
  action: (typeof auditedActions)[number];
  /** Incident, bisect or the like on whose behalf. */
  subject: string;
  /** Catalog key, or what else it was done to. */
  target: string;
  /** Who let it be done: a person with how that was proven, or the responder itself. */
  who: string;
  /** What exactly: a statement, a plan of a load, an event. */
  what: string;
  /** Of the plan that was approved; null where none is needed. */
  planId: string | null;
}

/** Writes that the act begins, does it, and writes how it ended. Without the first line nothing is done. */
export type Audited = <T>(act: AuditedAct, work: () => Promise<T>, tell: (result: T) => string) => Promise<T>;

export interface AuditEntry extends AuditedAct {
  /** ISO 8601. */
  at: string;
  /** The same for the lines of one act. */
  id: string;
  host: string;
  /** A `begun` without an end: the worker died in between. */
  state: 'begun' | 'done' | 'failed';
  result: string | null;
}
