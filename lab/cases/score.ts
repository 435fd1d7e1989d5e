import { wilsonInterval } from '../../core/model/proportion.js';
import { basename, extname } from 'node:path';
import type { CauseLocation } from '../../core/model/cause.js';
import type { Outcome } from '../../core/model/outcome.js';
import type { Fault, TrueLocation, Truth } from '../fault.js';

/** What the responder said about one case, as far as the score looks at it. */
export interface Answer {
  outcome: Outcome | null;
  /** Null when the incident never came to a confirmation. */
  verdict: 'confirmed' | 'not-reproduced' | 'unproven' | null;
  causes: { id: string; location: CauseLocation }[];
  missingEvidence: string[];
}

/** What the names in a truth are in this run. */
export interface Places {
  /** `host:port` of each partner. */
  peers: Readonly<Record<string, string>>;
  /** Server process ids of the lab's own sessions by application name. */
  sessions: Map<string, number[]>;
}

export interface Score {
  /** The fault was felt: the responder's own confirmation broke the budget. Cases that did not break are shown, not counted. */
  broke: boolean;
  outcomeRight: boolean;
  causeRight: boolean;
  locationRight: boolean;
  /** The right cause at the right place is among the first three. */
  inTopThree: boolean;
  /** Ids of causes that were named and are not true. */
  falseAccusations: string[];
  /** What did not agree, in words. */
  notes: string[];
  /** The whole answer is right. */
  right: boolean;
}

/** Compares an answer with the truth. `places` translates the lab's names into what can be seen from outside. */
export function scoreAnswer(truth: Truth, answer: Answer, places: Places): Score {
  const broke = answer.verdict === 'confirmed';
  const outcomeRight = answer.outcome !== null && truth.outcomes.includes(answer.outcome);
  const notes = outcomeRight ? [] : [`outcome ${answer.outcome ?? 'none'}, expected ${truth.outcomes.join(' or ')}`];
  // "The load is beyond what it can do" blames nobody.
  const accused = answer.causes.map((cause) => cause.id).filter((id) => id !== 'capacity');
  if (truth.cause === null) {
    if (accused.length > 0) notes.push(`accuses ${accused.join(', ')}`);
    const silent = accused.length === 0;
    const told = !truth.outcomes.includes('inconclusive') || answer.missingEvidence.length > 0;
    if (!told) notes.push('does not say what evidence is missing');
    return {
      broke,
      outcomeRight,
      causeRight: silent,
      locationRight: silent,
      inTopThree: silent,
      falseAccusations: accused,
      notes,
      right: silent && outcomeRight && told,
    };
  }
  const { id, location } = truth.cause;
  const first = answer.causes[0];
  const causeRight = first?.id === id;
  if (!causeRight) notes.push(`cause ${first?.id ?? 'none'}, expected ${id}`);
  const mismatches = first === undefined ? ['no location'] : locationMismatches(location, first.location, places);
  if (causeRight) notes.push(...mismatches);
  const matches = (cause: Answer['causes'][number]) => cause.id === id && locationMismatches(location, cause.location, places).length === 0;
  return {
    broke,
    outcomeRight,
    causeRight,
    locationRight: causeRight && mismatches.length === 0,
    inTopThree: answer.causes.slice(0, 3).some(matches),
    falseAccusations: accused.filter((one) => one !== id),
    notes,
    right: outcomeRight && causeRight && mismatches.length === 0,
  };
}

/** Empty when every key of the truth agrees with the answer. */
export function locationMismatches(truth: TrueLocation, answer: CauseLocation, places: Places): string[] {
  const checks: [string, boolean, string | undefined][] = [
    ['relation', truth.relation === undefined || namesRelation(answer, truth.relation), answer.relation],
    ['columns', truth.columns === undefined || leadsWith(answer.columns ?? [], truth.columns), answer.columns?.join(', ')],
    ['frame', truth.frames === undefined || truth.frames.includes(functionName(answer.frame)), answer.frame],
    ['file', truth.file === undefined || fileStem(answer.file) === truth.file, answer.file],
    ['route', truth.route === undefined || answer.route?.split('?')[0] === truth.route, answer.route],
    ['statement', truth.statement === undefined || holdsAll(answer.statement ?? '', truth.statement), answer.statement],
    ['peer', truth.partner === undefined || answer.peer === places.peers[truth.partner], answer.peer],
    ['pool', truth.pool === undefined || answer.pool !== undefined, answer.pool],
    ['session', truth.session === undefined || namesSession(answer, truth.session, places), answer.session],
  ];
  return checks.filter(([, agrees]) => !agrees).map(([key, , came]) => `${key} is ${came ?? 'not given'}`);
}

/** A lock on a transaction has no relation of its own; then the statement that waits must name it. */
function namesRelation(answer: CauseLocation, relation: string): boolean {
  if (answer.relation !== undefined) return unqualified(answer.relation) === relation;
  return new RegExp(`\\b${relation}\\b`).test(answer.statement ?? '');
}

function namesSession(answer: CauseLocation, applicationName: string, places: Places): boolean {
  const session = answer.session ?? '';
  return (
    session.includes(applicationName) ||
    (places.sessions.get(applicationName) ?? []).some((pid) => new RegExp(`\\b${pid}\\b`).test(session))
  );
}

function unqualified(relation: string | undefined): string {
  return (relation ?? '').replaceAll('"', '').split('.').at(-1) ?? '';
}

/** An expression such as `lower(email)` leads with `email`. */
function leadsWith(columns: string[], expected: string[]): boolean {
  return expected.every((column, index) => new RegExp(`\\b${column}\\b`, 'i').test(columns[index] ?? ''));
}

function functionName(frame: string | undefined): string {
  return (frame ?? '').split(/[.\s#]/).at(-1) ?? '';
}

function fileStem(file: string | undefined): string {
  const name = basename((file ?? '').replace(/:\d+(?::\d+)?$/, ''));
  return name.slice(0, name.length - extname(name).length);
}

function holdsAll(statement: string, words: string[]): boolean {
  const folded = statement.toLowerCase();
  return words.every((word) => folded.includes(word.toLowerCase()));
}

export interface CaseScore {
  fault: string;
  kind: Fault['kind'];
  /** The truth names a cause. */
  hasCause: boolean;
  /** Null when the workflow itself failed, or nothing was run. */
  score: Score | null;
  /** Why the lab could not run it, which tells nothing about the product; null when it was run. */
  notRun: string | null;
}

export interface Proportion {
  successes: number;
  trials: number;
  /** Null without a trial. */
  ratio: number | null;
  wilson95: [number, number];
}

export interface LabSummary {
  topOneCause: Proportion;
  topOneLocation: Proportion;
  topThree: Proportion;
  controlsRight: Proportion;
  /** Controls on which a cause that is not true was named. */
  falseAccusations: Proportion;
  didNotBreak: string[];
  failed: string[];
  /** Not counted: the lab could not run them. */
  notRun: string[];
}

function proportion(scores: Score[], isSuccess: (score: Score) => boolean): Proportion {
  const successes = scores.filter(isSuccess).length;
  const trials = scores.length;
  return { successes, trials, ratio: trials === 0 ? null : successes / trials, wilson95: wilsonInterval(successes, trials) };
}

/** An injected fault counts only if it was felt; a run that failed counts as a miss, one that could not be run not at all. */
export function summarize(all: CaseScore[]): LabSummary {
  const cases = all.filter(({ notRun }) => notRun === null);
  const isSilentFault = (one: CaseScore) => one.kind === 'fault' && one.score !== null && !one.score.broke;
  const counted = cases.filter((one) => !isSilentFault(one)).map((one) => ({ ...one, score: one.score ?? failedRun }));
  const faults = counted.filter((one) => one.kind === 'fault').map((one) => one.score);
  const controls = counted.filter((one) => one.kind === 'control').map((one) => one.score);
  return {
    topOneCause: proportion(faults, (score) => score.causeRight),
    topOneLocation: proportion(faults, (score) => score.locationRight),
    topThree: proportion(faults, (score) => score.inTopThree),
    controlsRight: proportion(controls, (score) => score.right),
    falseAccusations: proportion(controls, (score) => score.falseAccusations.length > 0),
    didNotBreak: cases.filter(isSilentFault).map((one) => one.fault),
    failed: cases.filter((one) => one.score === null).map((one) => one.fault),
    notRun: all.filter(({ notRun }) => notRun !== null).map((one) => one.fault),
  };
}

const failedRun: Score = {
  broke: false,
  outcomeRight: false,
  causeRight: false,
  locationRight: false,
  inTopThree: false,
  falseAccusations: [],
  notes: [],
  right: false,
};
