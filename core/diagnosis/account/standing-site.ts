import { siteText, standingDocument } from '../../evidence/kinds/standing.js';
import type { StandingSite } from '../../model/standing.js';
import { average } from '../figures.js';
import type { Facts } from '../facts.js';
import type { DiagnosisInput } from '../input.js';
import type { RuleContext } from '../rule.js';

/** More than all other places together. */
const most = 0.5;
/** A place that fewer than every other request comes to is not what most of them wait for: a background worker or a long poll stands there. */
const often = 0.5;

/**
 * The line at which the requests inside the service wait, if stacks of all threads show one; otherwise null. A thread that holds the event loop stands for
 * every request of that loop. Without one, most of the requests inside must be among the threads at that line, even if all that wait for a peer or for the
 * database stood there, too, because stacks do not always tell these apart. `waiting`: how many requests wait, if not all those inside.
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

/** Ids of the evidence for a site; none when no site is named. */
export function citedSite({ cited }: Pick<RuleContext, 'cited'>, site: StandingSite | null): readonly string[] {
  return site === null ? [] : (cited.byName['standing'] ?? []);
}

/** Mean number of threads from which something stood there in nearly every sample. */
const always = 0.9;

/**
 * Describes what stood at one place all the time although most requests did not. Requests may queue for such threads, or they are background threads;
 * stacks do not tell these apart. Null when nothing did.
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
