/** The table of what may be done at once, a rule a row: what is seen, which runbook ends it, and what that costs. */
import type { CheckRow } from '../checks/check.js';
import type { MitigationInput, MitigationProposal, SeenChange, SeenService } from './mitigation-input.js';

/** `subject`: what is taken back; another one is another plan. */
export type MitigationDraft = Omit<MitigationProposal, 'planId'> & { subject?: string };
type Rule = (input: MitigationInput, service: SeenService) => MitigationDraft[];

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

function restart({ name }: SeenService, why: string, evidence: string): MitigationDraft {
  return { title: `Restart ${name}`, why, evidence: [evidence], runbook: 'restart-service', parameters: { service: name }, service: name };
}

/** Kinds of change that a roll-back of the deployment takes back; any other kind needs a runbook that its sender named. */
const rolledBack: readonly string[] = ['deploy', 'config'];

function canTakeBack({ kind, revertible, rollback }: SeenChange, service: SeenService): boolean {
  return revertible && (rollback !== null || (service.canRollBack && rolledBack.includes(kind)));
}

const runbookOf = ({ rollback }: SeenChange): string => rollback ?? 'rollback-deploy';

/**
 * A bad deployment: of the changes before the onset that can be taken back, the newest of each runbook. A flag with a runbook of its own hides no
 * deploy, and one whose runbook does not exist costs nobody the proposal to roll the deploy back. What was ruled out by time is never proposed.
 */
const badDeployment: Rule = ({ onset, uncertaintyMs, changeWindowMs, changes }, service) => {
  if (onset === null) return [];
  const onsetMs = Date.parse(onset);
  const near = changes.filter((change) => {
    const leadMs = onsetMs - Date.parse(change.at);
    const isOwn = change.service === service.name && change.verdict !== 'ruled-out-by-time' && canTakeBack(change, service);
    return isOwn && leadMs >= -uncertaintyMs && (leadMs <= changeWindowMs || change.verdict === 'confirmed');
  });
  const newestFirst = near.toSorted((left, right) => Date.parse(right.at) - Date.parse(left.at));
  return newestFirst
    .filter((change, index) => newestFirst.findIndex((other) => runbookOf(other) === runbookOf(change)) === index)
    .map((change) => takeBack(change, service, onsetMs));
};

function takeBack(change: SeenChange, service: SeenService, onsetMs: number): MitigationDraft {
  const leadS = Math.round((onsetMs - Date.parse(change.at)) / 1000);
  const when = leadS < 0 ? `${-leadS} s after the onset, within its uncertainty` : `${leadS} s before the onset`;
  return {
    title: `Take ${change.kind} ${change.ref} of ${service.name} back`,
    why: `${change.title}: ${change.kind} ${when}${change.verdict === 'confirmed' ? ', the confirmed cause' : '; suspected, not proven'}`,
    evidence: [change.id],
    runbook: runbookOf(change),
    parameters: { service: service.name },
    service: service.name,
    subject: change.ref,
  };
}

/** It does not answer at all: what crashed is started again. Behind the rollback, which ends the cause where there is one. */
const serviceDown: Rule = (input, service) =>
  findings(input, service, ['service.health', 'service.process', 'service.descriptors'])
    .filter(({ verdict }) => verdict === 'fail' && service.canRestart)
    .map((check) => restart(service, `${check.detail}; what could be seen in the process is lost with it`, evidenceOf(check)));

/** Connections used up: idle sessions are ended first; a restart would lose more and hide who holds them. */
const connectionsUsedUp: Rule = (input, service) =>
  findings(input, service, ['postgres.connections']).flatMap((check) => {
    const database = databaseOf(service, check, 'postgres');
    if (database === null) return [];
    const title = `End idle sessions of ${database}`;
    const parameters = { database: `${service.name}/${database}` };
    return [{ title, why: check.detail, evidence: [evidenceOf(check)], runbook: 'relieve-connections', parameters, service: service.name }];
  });

/** Causes of a triage that a restart ends for a while. */
const heldConnections: readonly string[] = ['pool-exhausted', 'pooler-wait', 'connection-leak'];

const poolExhausted: Rule = ({ causes }, service) =>
  causes
    .filter((cause) => cause.service === service.name && heldConnections.includes(cause.rule) && service.canRestart)
    .map((cause) =>
      restart(service, `${cause.title}: a restart gives the connections back; it does not mend what holds them`, cause.evidence),
    );

/** Causes of a triage that the end of idle sessions removes. */
const idleSessions: readonly string[] = ['connection-limit', 'idle-in-transaction'];

const sessionsHeld: Rule = ({ causes }, service) => {
  const [database, ...others] = service.databases.filter(({ kind }) => kind === 'postgres');
  // With several, nothing here says which one is meant.
  if (database === undefined || others.length > 0) return [];
  return causes
    .filter((cause) => cause.service === service.name && idleSessions.includes(cause.rule))
    .map((cause) => ({
      title: `End idle sessions of ${database.name}`,
      why: cause.title,
      evidence: [cause.evidence],
      runbook: 'relieve-connections',
      parameters: { database: `${service.name}/${database.name}` },
      service: service.name,
    }));
};

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
    .map((check) =>
      restart(service, `${check.detail}; take a heap profile first, a restart destroys what could be seen`, evidenceOf(check)),
    );

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
      parameters: { host: check.target.replace(/^https:\/\//, '').replace(/\/.*/s, '') },
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
export const mitigationRules: readonly Rule[] = [
  badDeployment,
  longStatement,
  connectionsUsedUp,
  sessionsHeld,
  poolExhausted,
  serviceDown,
  memoryGrows,
  certificateEnds,
  diskFull,
  redisFull,
];
