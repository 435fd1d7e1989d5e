/**
 * What may be done at once, from what is known: changes, checks and causes. Each proposal cites its evidence and is one of the runbooks, with its
 * parameters. Nothing here is ever done by itself: a person approves it, and it is verified afterwards.
 */
import type { CheckRow } from '../checks/check.js';

export interface SeenChange {
  id: string;
  at: string;
  service: string;
  kind: string;
  ref: string;
  title: string;
  verdict: 'suspected' | 'confirmed' | 'ruled-out-by-time';
  revertible: boolean;
}

export interface SeenCause {
  /** Event or triage that found it. */
  evidence: string;
  service: string;
  /** Rule that named it: `pool-exhausted`, `lock-wait`. */
  rule: string;
  title: string;
}

export interface SeenService {
  name: string;
  canRollBack: boolean;
  canRestart: boolean;
  /** Names of its databases by kind. */
  databases: readonly { name: string; kind: string }[];
  /** Literal prefixes of keys that may be dropped. */
  cachePrefixes: readonly string[];
  logFolders: readonly string[];
}

export interface MitigationInput {
  /** Null: not known; then no change can be too early. */
  onset: string | null;
  /** A change so long before the onset may have caused it. */
  changeWindowMs: number;
  services: readonly SeenService[];
  changes: readonly SeenChange[];
  checks: readonly CheckRow[];
  causes: readonly SeenCause[];
}

export interface MitigationProposal {
  /** The same for the same proposal, so that it is made once. */
  planId: string;
  kind: 'runbook';
  title: string;
  why: string;
  evidence: string[];
  runbook: string;
  parameters: Record<string, string>;
  service: string;
}

type Draft = Omit<MitigationProposal, 'planId' | 'kind'>;
type Rule = (input: MitigationInput, service: SeenService) => Draft[];

const isBad = ({ verdict }: CheckRow): boolean => verdict === 'fail' || verdict === 'warn';

/** Checks that found something, of the service itself or of something of its own. */
function findings({ checks }: MitigationInput, service: SeenService, ids: readonly string[]): CheckRow[] {
  const isOwn = ({ target }: CheckRow): boolean =>
    target === service.name || target.startsWith(`${service.name}/`) || service.databases.some(({ name }) => name === target);
  return checks.filter((check) => ids.includes(check.id) && isBad(check) && isOwn(check));
}

function evidenceOf(check: CheckRow): string {
  return `${check.id}:${check.target}`;
}

function databaseOf(service: SeenService, { target }: CheckRow, kind: string): string | null {
  const own = target.split('/').at(-1) ?? target;
  const ofKind = service.databases.filter((database) => database.kind === kind);
  return (ofKind.find(({ name }) => name === own) ?? (ofKind.length === 1 ? ofKind[0] : undefined))?.name ?? null;
}

/** A bad deployment: the newest change before the onset that can be taken back. A change that was ruled out by time never is. */
const badDeployment: Rule = ({ onset, changeWindowMs, changes }, service) => {
  if (!service.canRollBack || onset === null) return [];
  const onsetMs = Date.parse(onset);
  const near = changes.filter(({ at, verdict, kind, revertible, ...change }) => {
    const leadMs = onsetMs - Date.parse(at);
    const isOwn = change.service === service.name && kind === 'deploy' && revertible && verdict !== 'ruled-out-by-time';
    return isOwn && leadMs >= 0 && (leadMs <= changeWindowMs || verdict === 'confirmed');
  });
  const [newest] = near.toSorted((left, right) => Date.parse(right.at) - Date.parse(left.at));
  if (newest === undefined) return [];
  const leadS = Math.round((onsetMs - Date.parse(newest.at)) / 1000);
  return [
    {
      title: `Roll back ${service.name} (${newest.ref})`,
      why: `${newest.title} was deployed ${leadS} s before the onset${newest.verdict === 'confirmed' ? ' and is the confirmed cause' : '; suspected, not proven'}`,
      evidence: [newest.id],
      runbook: 'rollback-deploy',
      parameters: { service: service.name },
      service: service.name,
    },
  ];
};

/** Connections used up: idle sessions are ended first; a restart would lose more and hide who holds them. */
const connectionsUsedUp: Rule = (input, service) =>
  findings(input, service, ['postgres.connections']).flatMap((check) => {
    const database = databaseOf(service, check, 'postgres');
    if (database === null) return [];
    const title = `End idle sessions of ${database}`;
    const parameters = { database: `${service.name}/${database}` };
    return [{ title, why: check.detail, evidence: [evidenceOf(check)], runbook: 'relieve-connections', parameters, service: service.name }];
  });

const poolExhausted: Rule = ({ causes }, service) =>
  causes
    .filter((cause) => cause.service === service.name && cause.rule === 'pool-exhausted' && service.canRestart)
    .map((cause) => ({
      title: `Restart ${service.name}`,
      why: `${cause.title}: a restart gives the connections back; it does not mend what leaks them`,
      evidence: [cause.evidence],
      runbook: 'restart-service',
      parameters: { service: service.name },
      service: service.name,
    }));

const longStatement: Rule = (input, service) =>
  findings(input, service, ['postgres.long-statements', 'postgres.statements', 'postgres.blocking']).flatMap((check) => {
    const database = databaseOf(service, check, 'postgres');
    if (database === null) return [];
    const parameters = { database: `${service.name}/${database}`, olderThan: '30s' };
    const title = `End statements of ${database} that run for more than 30 s`;
    return [
      { title, why: check.detail, evidence: [evidenceOf(check)], runbook: 'terminate-long-query', parameters, service: service.name },
    ];
  });

const memoryGrows: Rule = (input, service) =>
  findings(input, service, ['service.memory'])
    .filter(() => service.canRestart)
    .map((check) => ({
      title: `Restart ${service.name}`,
      why: `${check.detail}; take a heap profile first, a restart destroys what could be seen`,
      evidence: [evidenceOf(check)],
      runbook: 'restart-service',
      parameters: { service: service.name },
      service: service.name,
    }));

const redisFull: Rule = (input, service) =>
  findings(input, service, ['redis.memory']).flatMap((check) => {
    const database = databaseOf(service, check, 'redis');
    if (database === null) return [];
    return service.cachePrefixes.map((prefix) => ({
      title: `Remove the keys ${prefix}… from ${database}`,
      why: `${check.detail}; there is no rollback, and the source of the cache will be asked instead`,
      evidence: [evidenceOf(check)],
      runbook: 'redis-drop-keys',
      parameters: { database: `${service.name}/${database}`, prefix },
      service: service.name,
    }));
  });

const certificateEnds: Rule = ({ checks }, service) =>
  checks
    .filter((check) => check.id === 'network.tls' && isBad(check))
    .map((check) => ({
      title: `Renew the certificate of ${check.target}`,
      why: check.detail,
      evidence: [evidenceOf(check)],
      runbook: 'renew-certificate',
      parameters: { host: check.target.replace(/^https:\/\//, '').replace(/\/.*$/, '') },
      service: service.name,
    }));

/** Not a prune of everything that is stopped: that would remove the logs of what has just died. */
const diskFull: Rule = ({ checks }, service) =>
  checks
    .filter((check) => check.id === 'host.disk' && isBad(check))
    .flatMap((check) =>
      service.logFolders
        .filter((folder) => folder.startsWith(check.target) || !check.target.startsWith('/'))
        .map((folder) => ({
          title: `Remove old logs of ${folder}`,
          why: check.detail,
          evidence: [evidenceOf(check)],
          runbook: 'clean-old-logs',
          parameters: { folder },
          service: service.name,
        })),
    );

/** In the order in which they are proposed: what can be taken back comes before what cannot. */
const rules: readonly Rule[] = [
  badDeployment,
  longStatement,
  connectionsUsedUp,
  poolExhausted,
  memoryGrows,
  certificateEnds,
  diskFull,
  redisFull,
];

/** Each runbook with the same parameters once, whatever asks for it; its evidence is joined. */
export function proposeMitigations(input: MitigationInput): MitigationProposal[] {
  const proposals = new Map<string, MitigationProposal>();
  for (const draft of rules.flatMap((rule) => input.services.flatMap((service) => rule(input, service)))) {
    const given = Object.entries(draft.parameters).map(([name, value]) => `${name}=${value}`);
    const planId = [draft.runbook, ...given.sort()].join(' ');
    const known = proposals.get(planId);
    if (known === undefined) proposals.set(planId, { planId, kind: 'runbook', ...draft });
    else if (!known.why.includes(draft.why)) {
      known.why = `${known.why}; ${draft.why}`;
      known.evidence = [...new Set([...known.evidence, ...draft.evidence])];
    }
  }
  return [...proposals.values()];
}
