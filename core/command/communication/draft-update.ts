/** What an update can say of an incident, from its record alone. A suspicion is never told as a cause, and outside no inner word is used. */
import type { StatusDocument } from '../incident/status-document.js';
import { publicStatusOf, type PublicStatus } from './publication.js';
import type { Placeholder, TemplateName } from './update-templates.js';

export type Audience = 'internal' | 'external';
export const updatePhases = ['declared', 'update', 'resolved'] as const;
export type UpdatePhase = (typeof updatePhases)[number];

export function templateFor(audience: Audience, phase: UpdatePhase, status: PublicStatus): TemplateName {
  return audience === 'internal' ? `internal-${phase}` : `external-${status}`;
}

/** With its day where that is another one than the reader's, who reads "by 09:00" as this morning. */
function nextClock(iso: string, { timezone, nowMs }: DraftSituation): string {
  const isToday = iso.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10);
  return isToday ? clock(iso, timezone) : `${iso.slice(0, 10)} ${clock(iso, timezone)}`;
}

function clock(iso: string, timezone: string): string {
  const utc = `${iso.slice(11, 16)} UTC`;
  if (timezone === 'UTC') return utc;
  const local = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
  return `${utc} (${local} ${timezone})`;
}

function duration(fromMs: number, toMs: number): string {
  const minutes = Math.max(0, Math.round((toMs - fromMs) / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const sentence = (parts: readonly string[], nothing: string): string => (parts.length === 0 ? nothing : parts.join('; '));

function findingsOf({ triages, changes, services }: StatusDocument): string {
  const causes = triages.flatMap(({ endpoint, cause }) => (cause === null ? [] : [`${endpoint}: ${cause}`]));
  const changed = changes
    .filter(({ verdict }) => verdict !== 'ruled-out-by-time')
    .map(({ kind, ref, service, verdict }) => `${kind} ${ref}${service === null ? '' : ` of ${service}`} is ${verdict}`);
  const bad = services.filter(({ state }) => state !== 'up').map(({ service, state }) => `${service} is ${state}`);
  return sentence([...causes, ...changed, ...bad], 'nothing is known yet that explains it');
}

const inProgress: Readonly<Record<string, string>> = {
  proposed: 'waits for an approval',
  approved: 'is approved',
  running: 'is running',
  verified: 'is done and verified',
  failed: 'failed',
};

function actionsOf({ mitigations, triages }: StatusDocument): string {
  const plans = mitigations.flatMap(({ title, state }) => (inProgress[state] === undefined ? [] : [`${title} ${inProgress[state]}`]));
  const running = triages.filter(({ outcome }) => outcome === null).map(({ endpoint }) => `triage of ${endpoint}`);
  return sentence([...plans, ...running], 'investigation');
}

/** Outside, a cause is told only where the record has shown one, and only of what kind it is. */
function publicCause({ changes, triages, status }: StatusDocument): string {
  const isOver = publicStatusOf(status) === 'resolved';
  if (changes.some(({ verdict }) => verdict === 'confirmed'))
    return isOver ? 'The root cause was a recent change on our side.' : 'The issue has been identified as a recent change on our side.';
  if (triages.some(({ cause }) => cause !== null))
    return isOver ? 'The root cause was a fault in our systems.' : 'The issue has been identified as a fault in our systems.';
  return isOver ? 'What caused it is still being established.' : 'We have identified where the issue is.';
}

export interface DraftSituation {
  /** Components of the status page that are affected. */
  components: readonly string[];
  timezone: string;
  nowMs: number;
}

export function draftValues(document: StatusDocument, situation: DraftSituation): Record<Placeholder, string> {
  const { components, timezone, nowMs } = situation;
  const { title, severity, commander, declaredAt, onset, impact, status, nextUpdateAt, timeline } = document;
  const begin = onset?.at ?? declaredAt;
  const resolved = timeline.findLast((event) => event.kind === 'state' && event.pinned)?.at;
  const end = nextUpdateAt === null && resolved !== undefined ? Date.parse(resolved) : nowMs;
  const service = components.join(', ') || 'our service';
  return {
    title,
    severity,
    commander: commander ?? 'nobody yet',
    start: `${begin.slice(0, 10)} ${clock(begin, timezone)}`,
    duration: duration(Date.parse(begin), end),
    impact: impact.summary ?? 'not described yet',
    status,
    findings: findingsOf(document),
    actions: actionsOf(document),
    nextUpdate: nextUpdateAt === null ? 'none is planned' : nextClock(nextUpdateAt, situation),
    issue: components.length === 0 ? 'a problem that affects some requests' : `a problem with ${components.join(', ')}`,
    userImpact: impact.summary === null ? 'slow answers or errors' : `the following: ${impact.summary.replace(/(?<![.!\s])[.!\s]+$/, '')}`,
    cause: publicCause(document),
    service,
  };
}
