export const auditedActions = ['load', 'profile', 'sql', 'undo', 'notification', 'runbook-step', 'runbook-rollback'] as const;

/** One act on the world as the audit log keeps it. It contains no secret. */
export interface AuditedAct {
  action: (typeof auditedActions)[number];
  /** The incident, bisect or similar that the act was done for. */
  subject: string;
  /** Catalog key of what was acted on, or another name of it. */
  target: string;
  /** Who allowed it: a person, with how their identity was proven, or the responder itself. */
  who: string;
  /** What exactly was done: a statement, the plan of a load, an event. */
  what: string;
  /** Id of the plan that was approved; null when no approval is needed. */
  planId: string | null;
}

/** Writes that the act begins, does it, and writes how it ended. If the first line cannot be written, nothing is done. */
export type Audited = <T>(act: AuditedAct, work: () => Promise<T>, tell: (result: T) => string) => Promise<T>;

export interface AuditEntry extends AuditedAct {
  /** ISO 8601. */
  at: string;
  /** The lines of one act share it. */
  id: string;
  host: string;
  /** A `begun` without an end means that the worker died in between. */
  state: 'begun' | 'done' | 'failed';
  result: string | null;
}
