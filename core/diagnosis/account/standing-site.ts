import { siteText, standingDocument } from '../../evidence/kinds/standing.js';
import type { StandingSite } from '../../model/standing.js';
import { average } from '../figures.js';
import type { Facts } from '../facts.js';
import type { DiagnosisInput } from '../input.js';
import type { RuleContext } from '../rule.js';

/** More than all other places together. */
const most = 0.5;
/** A place that fewer than every other request comes to is not what most of them wait for: a worker of the background stands there, or a long poll. */
const often = 0.5;

/**
 * The line at which the requests inside the service wait, where stacks of all threads show one; else null. A thread that holds the event loop stands for
 * every request that the loop has. Otherwise so many threads must stand there that most of the requests inside are among them, even if all that wait
 * for a peer or for the database stood there, too: stacks do not always tell these apart. `waiting`: how many wait, in place of those inside.
 */
export function standingSite(input: DiagnosisInput, facts: Facts, waiting = facts.inside): StandingSite | null {
  const sites = sitesOf(input, facts);
  const inLoop = sites.filter(({ isInLoop }) => isInLoop).reduce((sum, { standing }) => sum + standing, 0);
  const [holder] = sites.filter(({ isInLoop }) => isInLoop);
  if (holder !== undefined && inLoop >= most && holder.standing >= most * inLoop) return holder;
  const atPeers = facts.databaseWaiting + facts.dependencyWaiting;
  const [first] = sites;
  return first !== undefined && first.standing - atPeers >= most * waiting ? first : null;
}

/** The evidence of a place, where one is named. */
export function citedSite({ cited }: Pick<RuleContext, 'cited'>, site: StandingSite | null): readonly string[] {
  return site === null ? [] : (cited.byName['standing'] ?? []);
}

/** Less than one thread at every look stands there by chance. */
const always = 0.9;

/**
 * What stood somewhere all the time, in words, although most of the requests did not: a few threads for which the requests may queue, or one of the background,
 * which stacks do not tell apart. Null when nothing did.
 */
export function alsoStood(input: DiagnosisInput, facts: Facts): string | null {
  const [first] = sitesOf(input, facts);
  if (first === undefined || first.standing < always) return null;
  return `${average(first.standing)} of its threads stood at ${siteText(first)} meanwhile: if requests need one of these, that is what they queue for`;
}

function sitesOf(input: DiagnosisInput, { requestRate }: Facts): StandingSite[] {
  const standing = input.read(standingDocument);
  return (standing?.sites ?? []).filter(({ perSecond }) => perSecond === undefined || perSecond >= often * requestRate);
}
