import { standingDocument } from '../../evidence/kinds/standing.js';
import type { StandingSite } from '../../model/standing.js';
import type { Facts } from '../facts.js';
import type { DiagnosisInput } from '../input.js';

/** More than all other places together. */
const most = 0.5;
/** A place that fewer than every other request comes to is not what most of them wait for: a worker of the background stands there, or a long poll. */
const often = 0.5;

/**
 * The line at which the requests inside the service wait, where stacks of all threads show one; else null. A thread that holds the event loop stands for
 * every request that the loop has. Otherwise so many threads must stand there that most of the requests inside are among them, even if all that wait
 * for a peer or for the database stood there, too: stacks do not always tell these apart.
 */
export function standingSite(input: DiagnosisInput, facts: Facts): StandingSite | null {
  const sites = (input.read(standingDocument)?.sites ?? []).filter(
    ({ perSecond }) => perSecond === undefined || perSecond >= often * facts.requestRate,
  );
  const inLoop = sites.filter(({ isInLoop }) => isInLoop).reduce((sum, { standing }) => sum + standing, 0);
  const [holder] = sites.filter(({ isInLoop }) => isInLoop);
  if (holder !== undefined && inLoop >= most && holder.standing >= most * inLoop) return holder;
  const atPeers = facts.databaseWaiting + facts.dependencyWaiting;
  const [first] = sites;
  return first !== undefined && first.standing - atPeers >= most * facts.inside ? first : null;
}
