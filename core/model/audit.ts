/** One act on the world, as the audit log keeps it. No secret is in it. */
export interface AuditedAct {
  action: 'load' | 'profile' | 'sql' | 'undo' | 'notification' | 'runbook-step' | 'runbook-rollback';
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
