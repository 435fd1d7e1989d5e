import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { BisectPlan, BisectRequest } from '../activities/bisect-contract.js';
import type { BisectAnswer, SkipReason } from '../core/model/bisect.js';
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
} from './bisect-messages.js';

export interface BisectState {
  request: BisectRequest;
  plan: BisectPlan;
  progress: BisectProgress;
  stage: string;
  isPaused: boolean;
  isStopped: boolean;
  leading: { commit: string; probability: number }[];
  answer: BisectAnswer | null;
}

export function createBisectState(request: BisectRequest, plan: BisectPlan, start: BisectStart): BisectState {
  const empty: BisectProgress = { measurements: [], answers: {}, goodMarks: [], badMarks: [], skipMarks: [], startedAtMs: Date.now() };
  const state: BisectState = {
    request,
    plan,
    progress: start.progress ?? empty,
    stage: 'starting',
    isPaused: false,
    isStopped: false,
    leading: [],
    answer: null,
  };
  registerBisectHandlers(state);
  return state;
}

export function runCount(state: Pick<BisectState, 'progress'>): number {
  return state.progress.measurements.filter((entry) => entry.ok).length;
}

export function buildCount(state: Pick<BisectState, 'progress'>): number {
  return state.progress.measurements.filter((entry) => entry.built).length;
}

/** Commits that cannot be judged, by measurement or because somebody said so. */
export function skippedCommits(state: Pick<BisectState, 'progress'>): { commit: string; reason: SkipReason }[] {
  const failed = state.progress.measurements.flatMap((entry) => (entry.ok ? [] : [{ commit: entry.commit, reason: entry.reason }]));
  const marked = state.progress.skipMarks.map((commit) => ({ commit, reason: 'unhealthy' as const }));
  return [...new Map([...failed, ...marked].map((entry) => [entry.commit, entry])).values()];
}

function registerBisectHandlers(state: BisectState): void {
  const { progress } = state;
  setHandler(pauseSignal, () => void (state.isPaused = true), { description: 'Measure nothing more until resumed' });
  setHandler(resumeSignal, () => void (state.isPaused = false), { description: 'Go on after a pause' });
  setHandler(stopAndReportSignal, () => void (state.isStopped = true), { description: 'Stop and answer with what is known' });
  setHandler(skipCommitSignal, ({ commit }) => void progress.skipMarks.push(commit), { description: 'Never measure this commit' });
  setHandler(markGoodSignal, ({ commit }) => void progress.goodMarks.push(commit), { description: 'This commit is known to be good' });
  setHandler(markBadSignal, ({ commit }) => void progress.badMarks.push(commit), { description: 'This commit is known to be bad' });
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
    const result = entry.ok ? `p95 ${entry.figures.p95Ms?.toFixed(1) ?? '?'} ms` : `skipped: ${entry.reason}`;
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

/** Waits while somebody has paused the search; true when it may go on. */
export async function mayContinue(state: BisectState): Promise<boolean> {
  if (state.isPaused) {
    showBisect(state, state.stage);
    await condition(() => !state.isPaused || state.isStopped);
  }
  return !state.isStopped;
}
