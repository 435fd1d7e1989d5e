import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { BisectPlan, BisectRequest } from '../../activities/bisect-contract.js';
import { firstNumerics, numericsOf, type Numerics } from '../../core/bisect/numerics.js';
import type { BisectAnswer, SkipReason } from '../../core/model/bisect.js';
import {
  bisectStatusQuery,
  markBadSignal,
  markGoodSignal,
  pauseSignal,
  resumeSignal,
  skipCommitSignal,
  stopAndReportSignal,
  type BisectProgress,
  type BisectStart,
  type CommitMark,
} from './messages.js';
import { readCaller, readMark } from './read-messages.js';
import { onSignal } from '../kernel/on-message.js';

export interface BisectState {
  request: BisectRequest;
  plan: BisectPlan;
  progress: BisectProgress;
  stage: string;
  isPaused: boolean;
  isStopped: boolean;
  leading: { commit: string; probability: number }[];
  answer: BisectAnswer | null;
  /** Machines that measure, as last heard of. A machine that did not answer is left alone until the given time (milliseconds since the epoch). */
  hosts: string[];
  absentUntilMs: Record<string, number>;
  /** Running builds ahead, by commit. */
  prebuilding: Map<string, { host: string; ended: Promise<void>; cancel: () => void }>;
  /** What people said meanwhile, for the reasons of the answer. */
  notes: string[];
  /** The numerics that the search decides with, from its beginning to its end. */
  numerics: Numerics;
}

function numericsFor({ numerics = firstNumerics }: BisectStart): Numerics {
  const found = numericsOf(numerics);
  if (found === null) throw new Error(`numerics ${numerics} were let through by the guard`);
  return found;
}

export function createBisectState(request: BisectRequest, plan: BisectPlan, start: BisectStart): BisectState {
  const empty: BisectProgress = {
    measurements: [],
    prebuilt: [],
    since: {},
    answers: {},
    goodMarks: [],
    badMarks: [],
    skipMarks: [],
    startedAtMs: Date.now(),
  };
  const { carried } = start;
  const state: BisectState = {
    request,
    // The catalog may have changed meanwhile, and measurements under another load cannot be compared.
    plan: carried === undefined ? plan : { ...plan, load: carried.load },
    progress: start.progress ?? empty,
    stage: 'starting',
    isPaused: carried?.isPaused ?? false,
    isStopped: carried?.isStopped ?? false,
    leading: [],
    answer: null,
    hosts: plan.hosts,
    absentUntilMs: carried?.absentUntilMs ?? {},
    prebuilding: new Map(),
    notes: carried?.notes ?? [],
    numerics: numericsFor(start),
  };
  registerBisectHandlers(state);
  return state;
}

/** Number of k6 runs. A commit that answered with errors was loaded, too. */
export function runCount(state: Pick<BisectState, 'progress'>): number {
  return state.progress.measurements.filter((entry) => entry.ok || entry.reason === 'errors').length;
}

export function buildCount(state: Pick<BisectState, 'progress'>): number {
  const { measurements, prebuilt } = state.progress;
  return [...measurements, ...prebuilt].filter((entry) => entry.buildMs !== null).length;
}

/** One failure after good measurements may be the machine's; a second one is the commit's. */
const failuresForgiven = 1;

/** Commits that cannot be judged, because of a measurement or because somebody said so. */
export function skippedCommits(state: Pick<BisectState, 'progress'>): { commit: string; reason: SkipReason }[] {
  const { measurements, prebuilt, skipMarks } = state.progress;
  const measured = new Set(measurements.flatMap((entry) => (entry.ok ? [entry.commit] : [])));
  const failures = new Map<string, SkipReason[]>();
  for (const entry of measurements) if (!entry.ok) failures.set(entry.commit, [...(failures.get(entry.commit) ?? []), entry.reason]);
  for (const { commit } of prebuilt.filter(({ ok }) => !ok)) failures.set(commit, ['build-failed', ...(failures.get(commit) ?? [])]);
  const failed = [...failures].flatMap(([commit, reasons]) =>
    reasons.length > (measured.has(commit) ? failuresForgiven : 0) ? [{ commit, reason: reasons.at(-1) ?? 'unhealthy' }] : [],
  );
  const marked = skipMarks.map((commit) => ({ commit, reason: 'unhealthy' as const }));
  return [...new Map([...failed, ...marked].map((entry) => [entry.commit, entry])).values()];
}

/** People write the first letters of an id. Null: no commit of this search begins with them, or several do. */
function fullId(state: BisectState, text: string): string | null {
  if (text.length < 4) return null;
  const known = state.plan.commits.filter((commit) => commit.startsWith(text));
  return known.length === 1 ? (known[0] ?? null) : /^[0-9a-f]{40}$/.test(text) ? text : null;
}

function mark(state: BisectState, list: string[], { commit, by }: CommitMark, word: string): void {
  const id = fullId(state, commit);
  const who = by ?? 'somebody';
  if (id === null) state.notes.push(`${who} marked ${commit} as ${word}, which is no single commit of this search: ignored`);
  else {
    list.push(id);
    state.notes.push(`${who} marked ${id.slice(0, 12)} as ${word}`);
  }
}

function registerBisectHandlers(state: BisectState): void {
  const { progress } = state;
  const writer = { record: ({ text }: { text: string }): void => void state.notes.push(text) };
  // The search itself acts on it, between two measurements.
  onSignal(writer, pauseSignal, readCaller, () => void (state.isPaused = true), { description: 'Measure nothing more until resumed' });
  onSignal(writer, resumeSignal, readCaller, () => void (state.isPaused = false), { description: 'Go on after a pause' });
  onSignal(writer, stopAndReportSignal, readCaller, () => void (state.isStopped = true), {
    description: 'Stop and answer with what is known',
  });
  onSignal(writer, skipCommitSignal, readMark, (marked) => mark(state, progress.skipMarks, marked, 'one to skip'), {
    description: 'Never measure this commit: {"commit": "…"}',
  });
  onSignal(writer, markGoodSignal, readMark, (marked) => mark(state, progress.goodMarks, marked, 'good'), {
    description: 'This commit is known to be good: {"commit": "…"}',
  });
  onSignal(writer, markBadSignal, readMark, (marked) => mark(state, progress.badMarks, marked, 'bad'), {
    description: 'This commit is known to be bad: {"commit": "…"}',
  });
  setHandler(bisectStatusQuery, () => ({
    bisectId: state.request.bisectId,
    stage: state.stage,
    isPaused: state.isPaused,
    runs: runCount(state),
    builds: buildCount(state),
    skipped: skippedCommits(state),
    leading: state.leading,
    answer: state.answer,
  }));
}

/** The status board of the Web UI. */
export function showBisect(state: BisectState, stage: string): void {
  state.stage = stage;
  const { request, plan } = state;
  const recent = state.progress.measurements.slice(-6).map((entry) => {
    const result = entry.ok ? entry.detail : `${entry.reason}: ${entry.detail.slice(0, 80).replaceAll('|', '/')}`;
    return `| ${entry.commit.slice(0, 10)} | ${result} |`;
  });
  const leading = state.leading.map((entry) => `${entry.commit.slice(0, 10)} ${(entry.probability * 100).toFixed(0)} %`).join(', ');
  const lines = [
    `Now: ${stage}${state.isPaused ? ' (paused: send signal `resume`)' : ''}`,
    'You can: send `pause`, `resume`, `skipCommit`, `markGood`, `markBad`, `stopAndReport`',
    '',
    `${request.endpoint}, ${request.metric}: ${plan.commits.length - 1} commits, ${runCount(state)} of ${request.budgetRuns} runs, ${buildCount(state)} builds, ${skippedCommits(state).length} skipped`,
    `Most likely: ${leading === '' ? 'nothing yet' : leading}`,
    '',
    '| commit | last runs |',
    '|---|---|',
    ...recent,
  ];
  setCurrentDetails(lines.join('\n'));
}

/** Waits while somebody has paused the search; returns true when it may continue. */
export async function mayContinue(state: BisectState): Promise<boolean> {
  if (state.isPaused) {
    showBisect(state, state.stage);
    await condition(() => !state.isPaused || state.isStopped);
  }
  return !state.isStopped;
}
