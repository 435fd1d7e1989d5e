import type { CommandPolicy, ReceiverSummary } from '../../core/command/incident/policy.js';
import type { ManagementLevel } from '../../core/command/ladder/management-ladder.js';
import type { PagingLevel } from '../../core/command/ladder/paging-plan.js';
import { severities, severityTable, type Severity } from '../../core/command/severity/severity.js';
import type { Catalog } from '../catalog.js';
import type { CatalogIncidents } from '../catalog/incidents.js';

const minuteMs = 60_000;
const defaultAckTimeoutMs = 30 * minuteMs;
const defaultWatchMs = 10 * minuteMs;

function termsOf(incidents: CatalogIncidents, severity: Severity): CommandPolicy['severities'][Severity] {
  const { respondWithinMs, updateEveryMs, isUpdatedDaily } = severityTable[severity];
  const over = incidents.severities?.[severity] ?? {};
  return {
    respondWithinMs: over.respondWithin ?? respondWithinMs,
    updateEveryMs: over.updateEvery ?? updateEveryMs,
    // Whoever writes a time of their own means that time.
    isUpdatedDaily: over.updateEvery === undefined && isUpdatedDaily,
  };
}

function ownersOf(catalog: Catalog, services: readonly string[]): string[] {
  return [...new Set(services.flatMap((service) => catalog.services[service]?.owner ?? []))];
}

/**
 * Where the catalog has no `escalation`, the people who hold roles are paged as the table of severities says: the commander, and for SEV1 and SEV2
 * communications, too.
 */
function defaultPaging(incidents: CatalogIncidents): PagingLevel[] {
  const commander = incidents.roles?.commander;
  return commander === undefined
    ? []
    : [{ level: 'L1', role: 'On-Call Engineer', afterMs: 0, repeat: 0, notify: [commander], severities: ['SEV1', 'SEV2', 'SEV3'] }];
}

function defaultManagement(incidents: CatalogIncidents): ManagementLevel[] {
  const manager = incidents.roles?.communications;
  return manager === undefined
    ? []
    : [{ level: 'M1', role: 'Engineering Manager', afterMs: 0, notify: [manager], severities: ['SEV1', 'SEV2'] }];
}

function receiversOf(incidents: CatalogIncidents): ReceiverSummary[] {
  return (incidents.notify ?? []).map((receiver, index) => ({
    receiver: index,
    kind: receiver.kind,
    severities: (receiver['severity'] as Severity[] | undefined) ?? null,
  }));
}

function impactOf({ services, observability }: Catalog): NonNullable<CommandPolicy['impact']> {
  const all = Object.entries(services);
  const isRead = observability?.prometheus !== undefined;
  return {
    measured: all.flatMap(([name, { metrics }]) => (isRead && (metrics?.traffic ?? metrics?.errors) !== undefined ? [name] : [])),
    usualPerMinute: Object.fromEntries(
      all.flatMap(([name, { traffic }]) => (traffic?.rate === undefined ? [] : [[name, 60 * traffic.rate]])),
    ),
  };
}

/** The rules for an incident of these services. Holds no secret. */
export function resolvePolicy(catalog: Catalog, services: readonly string[]): CommandPolicy {
  const incidents = catalog.incidents ?? {};
  const { paging, management, ackTimeout } = catalog.escalation ?? {};
  const common = <Level extends { after: number; severity?: Severity[] | undefined }>({ after, severity, ...rest }: Level) => ({
    ...rest,
    afterMs: after,
    severities: severity ?? null,
  });
  return {
    severities: Object.fromEntries(severities.map((severity) => [severity, termsOf(incidents, severity)])) as CommandPolicy['severities'],
    paging: paging?.map((level) => ({ ...common(level), repeat: level.repeat ?? 0 })) ?? defaultPaging(incidents),
    management: management?.map(common) ?? (paging === undefined ? defaultManagement(incidents) : []),
    ackTimeoutMs: ackTimeout ?? defaultAckTimeoutMs,
    watchMs: incidents.watch ?? defaultWatchMs,
    roles: incidents.roles ?? {},
    services: Object.keys(catalog.services),
    criticalServices: Object.entries(catalog.services).flatMap(([name, { critical }]) => (critical === true ? [name] : [])),
    owners: ownersOf(catalog, services),
    receivers: receiversOf(incidents),
    timezone: incidents.timezone ?? 'UTC',
    approval: incidents.approval ?? 'any',
    impact: impactOf(catalog),
  };
}
