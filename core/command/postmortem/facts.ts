/** What the record says for and against an incident's course. Each sentence carries its figure and the figure that it is held against. */
import type { StatusDocument } from '../incident/status-document.js';
import { plural } from '../../model/figures.js';
import { severityTable } from '../severity/severity.js';

/** Seed example of a good detection: the alert within 5 minutes of the begin. */
const goodDetectionS = 300;

export interface Course {
  wentWell: string[];
  wentPoorly: string[];
  /** Gaps in detection, response and tools. */
  gaps: string[];
}

export function minutes(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds / 60);
  return whole < 120 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

type Judged = { isGood: boolean; text: string };

function detection({ times: { ttd } }: StatusDocument): Judged[] {
  if (ttd.seconds === null) return [];
  const text = `detected ${minutes(ttd.seconds)} after the impact began (held against ${minutes(goodDetectionS)})`;
  return [{ isGood: ttd.seconds <= goodDetectionS, text }];
}

const often = (count: number): string => (count === 1 ? 'once' : `${count} times`);

function answer({ times: { tta }, severity, timeline, paging }: StatusDocument): Judged[] {
  const limitS = paging.respondWithinS ?? severityTable[severity].respondWithinMs / 1000;
  const unanswered = timeline.filter(({ kind }) => kind === 'nobody-answered').length;
  return [
    ...(tta.seconds === null
      ? []
      : [
          {
            isGood: tta.seconds <= limitS,
            text: `the first person answered ${minutes(tta.seconds)} after the detection (limit of ${severity}: ${minutes(limitS)})`,
          },
        ]),
    ...(unanswered === 0 ? [] : [{ isGood: false, text: `every level was paged and nobody answered (${often(unanswered)})` }]),
  ];
}

function delivery({ paging, timeline }: StatusDocument): Judged[] {
  const failed = paging.pages.filter(({ state }) => state === 'failed').length;
  const channels = timeline.filter(({ kind }) => kind === 'notify-failed').length;
  const late = timeline.filter(({ kind }) => kind === 'update-overdue').length;
  return [
    ...(failed === 0 ? [] : [{ isGood: false, text: `${failed} of ${plural(paging.pages.length, 'page')} reached nobody` }]),
    ...(channels === 0 ? [] : [{ isGood: false, text: `${plural(channels, 'message')} could not be delivered over a channel` }]),
    ...(late === 0 ? [] : [{ isGood: false, text: `updates were late (${often(late)})` }]),
  ];
}

function work({ triages, mitigations, fiveMinutes }: StatusDocument): Judged[] {
  const failed = fiveMinutes.filter(({ state }) => state === 'failed');
  return [
    ...triages.flatMap(({ endpoint, cause }) =>
      cause === null ? [] : [{ isGood: true, text: `the triage of ${endpoint} names a cause: ${cause}` }],
    ),
    ...mitigations.flatMap(({ title, state }) => {
      if (state === 'verified') return [{ isGood: true, text: `"${title}" worked and was verified` }];
      return state === 'failed' ? [{ isGood: false, text: `"${title}" was tried and did not work` }] : [];
    }),
    ...failed.map(({ step, result }) => ({
      isGood: false,
      text: `the step "${step}" of the first five minutes failed: ${result ?? 'no reason recorded'}`,
    })),
  ];
}

function gaps(status: StatusDocument): string[] {
  const { onset, timeline, services, triages, impact, mitigations } = status;
  const unknown = services.filter(({ state }) => state === 'unknown').map(({ service }) => service);
  const open = triages.filter(({ cause }) => cause === null).map(({ endpoint }) => endpoint);
  return [
    ...(onset === null ? ['Detection: no measurement says when the impact began, so times from there are not known'] : []),
    ...(timeline.some(({ kind }) => kind === 'alert') ? [] : ['Detection: no alert told of it; it was declared without one']),
    ...(impact.errorRatio === null ? ['Detection: no error ratio was measured, so failed requests are not known'] : []),
    ...(unknown.length === 0 ? [] : [`Tools: the health of ${unknown.join(', ')} could not be read`]),
    ...(open.length === 0 ? [] : [`Tools: no cause was found by the triage of ${open.join(', ')}`]),
    ...(mitigations.some(({ runId }) => runId !== null) ? [] : ['Response: no runbook was run']),
  ];
}

export function courseOf(status: StatusDocument): Course {
  const judged = [...detection(status), ...answer(status), ...delivery(status), ...work(status)];
  return {
    wentWell: judged.filter(({ isGood }) => isGood).map(({ text }) => text),
    wentPoorly: judged.filter(({ isGood }) => !isGood).map(({ text }) => text),
    gaps: gaps(status),
  };
}

export interface Cause {
  statement: string;
  /** Where the statement comes from. */
  from: string;
}

/** Causes that something of ours shows: a triage, or a change that a reversal or a mechanism confirmed. What is only suspected contributes. */
export function shownCauses({ triages, changes }: StatusDocument): Cause[] {
  return [
    ...triages.flatMap(({ cause, endpoint, incidentId, workflowId, outcome }) =>
      cause === null ? [] : [{ statement: cause, from: `triage ${incidentId ?? workflowId} of ${endpoint}, outcome ${outcome ?? 'open'}` }],
    ),
    ...changes
      .filter(({ verdict }) => verdict === 'confirmed')
      .map(({ kind, ref, title, why }) => ({ statement: `${kind} ${ref}: ${title}`, from: `confirmed, ${why}` })),
  ];
}

export function suspectedChanges({ changes }: StatusDocument): Cause[] {
  return changes
    .filter(({ verdict }) => verdict === 'suspected')
    .map(({ kind, ref, title, why }) => ({ statement: `${kind} ${ref}: ${title}`, from: `suspected, not shown: ${why}` }));
}

/** Accounts of machines, which nobody can be blamed by. */
const noPeople = ['', 'root', 'perf-responder'];

const tellingRoles: Readonly<Record<string, number>> = { expert: 1, commander: 3 };

/** The more telling of two roles of one person last: one that they still have, who commands before who writes, an affected service's owner least. */
function byTelling(roles: StatusDocument['roles']): StatusDocument['roles'] {
  const rank = ({ role, state }: StatusDocument['roles'][number]): number => (state === 'released' ? 0 : (tellingRoles[role] ?? 2));
  return roles.toSorted((left, right) => rank(left) - rank(right));
}

const roleWords: Readonly<Record<string, string>> = { expert: 'an expert', communications: 'the communications lead' };

/** Person → what a blameless text calls them. Whoever has no role is a responder. */
export function rolesOf({ roles, paging, timeline, management }: StatusDocument): Map<string, string> {
  const names = new Map<string, string>();
  const people = [...timeline.flatMap(({ by }) => (by === null ? [] : [by])), ...paging.pages.map(({ person }) => person)];
  for (const person of [...people, ...management.told.map((one) => one.person)]) names.set(person, 'a responder');
  for (const { role, person } of byTelling(roles)) names.set(person, roleWords[role] ?? `the ${role}`);
  for (const account of noPeople) names.delete(account);
  return names;
}
