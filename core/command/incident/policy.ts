import type { ManagementLevel } from '../ladder/management-ladder.js';
import type { PagingLevel } from '../ladder/paging-plan.js';
import { severityTable, type Severity, type SeverityTerms } from '../severity/severity.js';
import type { RoleName } from './roles.js';

/** A receiver of `incidents.notify`, without its secret. */
export interface ReceiverSummary {
  /** Index in the catalog's list. */
  receiver: number;
  kind: string;
  /** Null: every severity. */
  severities: readonly Severity[] | null;
}

/** The catalog's rules for one incident, read once when it is declared. Holds no secret, so that it may stand in a workflow history. */
export interface CommandPolicy {
  severities: Readonly<Record<Severity, Pick<SeverityTerms, 'respondWithinMs' | 'updateEveryMs' | 'isUpdatedDaily'>>>;
  paging: readonly PagingLevel[];
  management: readonly ManagementLevel[];
  /** An acknowledged incident in which nobody does anything for so long is paged again. */
  ackTimeoutMs: number;
  /** How long the symptom must stay away. */
  watchMs: number;
  /** `oncall:NAME` or a person, by role; a role that is absent is nobody's. */
  roles: Readonly<Partial<Record<RoleName, string>>>;
  /** All services of the catalog: the second minute looks at every one. */
  services: readonly string[];
  criticalServices: readonly string[];
  /** People who own the affected services. */
  owners: readonly string[];
  receivers: readonly ReceiverSummary[];
  /** Zone of the team, for what is due "daily". */
  timezone: string;
  approval: 'any' | 'other-than-requester';
  /** What the impact can be worked out from. Absent in incidents of before it was. */
  impact?: {
    /** Services whose counters can be read. */
    measured: readonly string[];
    /** Requests of a normal minute, by service. */
    usualPerMinute: Readonly<Record<string, number>>;
  };
}

/** Until the catalog was read: the table of severities, and nobody to page. */
export const unknownPolicy: CommandPolicy = {
  severities: severityTable,
  paging: [],
  management: [],
  ackTimeoutMs: 30 * 60_000,
  watchMs: 10 * 60_000,
  roles: {},
  services: [],
  criticalServices: [],
  owners: [],
  receivers: [],
  timezone: 'UTC',
  approval: 'any',
};
