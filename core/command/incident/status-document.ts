import { isOpen } from './incident-status.js';
import { incidentTimes, type IncidentTimes } from './incident-times.js';
import type { CommandState, Communication, Page, Told } from './command-state.js';
import type { Findings } from './findings.js';
import { timelineOf, type RecordEvent, type RecordText } from './record-event.js';
import { postmortemDueMs } from './follow-up.js';
import { impactFigures, type ImpactFigureName } from '../impact/impact-figures.js';
import { holderOf, type RoleHolder } from './roles.js';
import { managementDue } from '../ladder/management-ladder.js';
import type { Severity } from '../severity/severity.js';

/** `incident status ID --json`. All texts are filled in; times are ISO 8601 in UTC. */
export interface StatusDocument extends Findings {
  id: string;
  title: string;
  severity: Severity;
  severityReason: { rule: string; evidence: readonly string[] };
  status: CommandState['status'];
  declaredAt: string;
  onset: { at: string; uncertaintyS: number } | null;
  commander: string | null;
  impact: {
    summary: string | null;
    services: readonly string[];
    errorRatio: number | null;
    slowRatio: number | null;
    requestsPerMinute: number | null;
    estimatedAffected: number | null;
    /** How each figure was got, or why it is null. */
    how: Partial<Record<ImpactFigureName, string>>;
  };
  roles: readonly RoleHolder[];
  paging: {
    level: string | null;
    nextAt: string | null;
    nextLevel: string | null;
    state: CommandState['paging']['state'];
    acknowledgedBy: string | null;
    /** Within which the severity of now has to be answered, by the catalog. Absent in documents of before it was told. */
    respondWithinS?: number;
    pages: readonly Page[];
  };
  management: { level: string | null; nextAt: string | null; nextLevel: string | null; told: readonly Told[] };
  communications: (Omit<Communication, 'text'> & { text: string })[];
  nextUpdateAt: string | null;
  timeline: TimelineRow[];
  times: IncidentTimes;
  postmortem: { dueAt: string; path: string | null } | null;
  /** Only of an incident whose workflow was ended from outside: how, and when. Everything else stands as it stood then, and nobody is paged. */
  lost?: Loss;
}

export interface Loss {
  /** terminated, failed, timed-out, canceled */
  how: string;
  at: string;
}

export interface TimelineRow {
  id: string;
  at: string;
  atOriginal: string | null;
  recordedAt: string;
  precision: string;
  kind: string;
  source: string;
  by: string | null;
  /** How it was established who that was. */
  proof: string | null;
  text: string;
  pinned: boolean;
  evidence: readonly string[];
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function pagingOf({ paging, plan, pages, policy, severity }: CommandState): StatusDocument['paging'] {
  const nextLevel = paging.state === 'paging' ? (plan.steps[paging.next]?.level ?? null) : null;
  const { level, state, acknowledgedBy } = paging;
  const respondWithinS = policy.severities[severity].respondWithinMs / 1000;
  return { level, nextAt: iso(paging.dueAtMs), nextLevel, state, acknowledgedBy, respondWithinS, pages };
}

function managementOf(state: CommandState, nowMs: number): StatusDocument['management'] {
  const told = state.told.filter((one) => one.person !== '');
  const { severity, forcedTo } = state;
  const situation = {
    declaredAtMs: Date.parse(state.declaration.declaredAt),
    severity,
    told: state.told.map((one) => one.level),
    forcedTo,
  };
  const next = isOpen(state.status) ? managementDue(state.policy.management, situation, nowMs).next : null;
  return { level: told.at(-1)?.level ?? null, nextAt: iso(next?.atMs ?? null), nextLevel: next?.level.level ?? null, told };
}

function postmortemOf(state: CommandState, textOf: (text: RecordText) => string): StatusDocument['postmortem'] {
  const dueAt = iso(postmortemDueMs(state));
  return dueAt === null ? null : { dueAt, path: state.postmortem === null ? null : textOf(state.postmortem) };
}

const minuteOf = (at: unknown): string => (typeof at === 'string' ? `${at.slice(0, 10)} ${at.slice(11, 16)} UTC` : 'not known');

/** What somebody decided stands before why: "wrong lead" alone tells nobody which state holds now. */
function decided({ kind, data: { from, to, target } }: RecordEvent): string | null {
  if (kind === 'state' || kind === 'severity') return typeof from === 'string' && typeof to === 'string' ? `${from} → ${to}` : null;
  if (kind === 'escalated') return `to ${typeof to === 'string' ? to : 'the next level'}`;
  if (kind !== 'correction' || typeof target !== 'string') return null;
  return `${target} happened at ${minuteOf(to)}, not ${minuteOf(from)}`;
}

function wordsOf(event: RecordEvent, text: string): string {
  const decision = decided(event);
  return decision === null || text.startsWith(decision) ? text : `${decision}: ${text}`;
}

function timelineRow(event: RecordEvent, textOf: (text: RecordText) => string): TimelineRow {
  const { id, at, atOriginal, recordedAt, precision, kind, source, by, text, pinned, evidence } = event;
  return {
    id,
    at,
    atOriginal,
    recordedAt,
    precision,
    kind,
    source,
    by: by?.person ?? null,
    proof: by?.proof ?? null,
    text: wordsOf(event, textOf(text)),
    pinned,
    evidence,
  };
}

/** Artifact paths of all texts that the document shows. */
export function textsOf(state: CommandState): string[] {
  const texts = [
    state.declaration.title,
    state.declaration.impact,
    state.postmortem,
    ...state.actions.map(({ title }) => title),
    ...state.record.map((event) => event.text),
    ...state.communications.map(({ text }) => text),
  ];
  return [...new Set(texts.flatMap((text) => (text !== null && 'artifact' in text ? [text.artifact] : [])))];
}

/** A person's word goes before what counters show. */
function onsetOf({ declaration, measuredOnset }: CommandState): StatusDocument['onset'] {
  if (declaration.onset !== null || measuredOnset == null) return declaration.onset;
  return { at: measuredOnset.at, uncertaintyS: measuredOnset.uncertaintyS };
}

/** The document of an incident as it stands. `read` gives the text of an artifact that `textsOf` named. */
export function statusDocument(state: CommandState, read: (artifact: string) => string, nowMs: number): StatusDocument {
  const textOf = (text: RecordText): string => ('inline' in text ? text.inline : read(text.artifact));
  const { declaration } = state;
  const timeline = timelineOf(state.record).map((event) => timelineRow(event, textOf));
  return {
    id: declaration.incidentId,
    title: textOf(declaration.title),
    severity: state.severity,
    severityReason: state.severityReason,
    status: state.status,
    declaredAt: declaration.declaredAt,
    onset: onsetOf(state),
    commander: holderOf(state.roles, 'commander'),
    impact: {
      summary: declaration.impact === null ? null : textOf(declaration.impact),
      services: state.affected,
      ...impactFigures(state),
    },
    roles: state.roles,
    fiveMinutes: state.fiveMinutes,
    services: state.services,
    changes: state.changes,
    triages: state.triages,
    mitigations: state.mitigations,
    paging: pagingOf(state),
    management: managementOf(state, nowMs),
    communications: state.communications.map((one) => ({ ...one, text: textOf(one.text) })),
    nextUpdateAt: isOpen(state.status) ? iso(state.updateDueAtMs) : null,
    timeline,
    actions: state.actions.map(({ title, reminded: _, ...item }) => ({ ...item, title: textOf(title) })),
    times: incidentTimes(state.record, onsetOf(state)?.at ?? null, !isOpen(state.status)),
    postmortem: postmortemOf(state, textOf),
  };
}
