import { judgeChanges, type Change, type Onset } from '../changes/change.js';
import type { MitigationRow } from './findings.js';

/** Kinds of change that a roll-back of the deployment takes back. */
const rolledBack: readonly Change['kind'][] = ['deploy', 'config'];

/**
 * The decision of the fifth minute: take the most suspected change of an affected service back, where the catalog knows how. It is proposed and no
 * more; nothing is ever taken back by itself.
 */
export function proposeRollback(changes: readonly Change[], onset: Onset): MitigationRow | null {
  const suspect = judgeChanges(changes, onset).find(
    ({ service, kind, revertible, verdict }) =>
      verdict === 'suspected' && revertible && service !== null && onset.services.includes(service) && rolledBack.includes(kind),
  );
  if (suspect?.service == null) return null;
  const { kind, ref, service, title, why, source } = suspect;
  return {
    planId: `rollback-${service}-${ref}`.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 120),
    kind: 'rollback-deploy',
    title: `Take ${kind} ${ref} of ${service} back`,
    why: `${title}: ${why}`,
    evidence: [`change:${source}:${ref}`],
    state: 'proposed',
    runId: null,
  };
}
