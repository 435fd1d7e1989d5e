import type { PagingPlan, PagingStep } from './paging-plan.js';

/**
 * The paging ladder as a pure machine: who is paged next, and when. Times are planned ones, so that a page that took long to send, or a worker that
 * was away, does not push the later ones back. Paging ends with an acknowledgement, when nobody is left, or when the incident is over.
 */
export interface PagingState {
  state: 'paging' | 'acknowledged' | 'nobody-answered' | 'stopped';
  /** Index of the step that is due next; the plan's length when only the last wait is left. */
  next: number;
  /** When it is due; null unless paging. */
  dueAtMs: number | null;
  /** Level of the last page that reached anybody; null before the first. */
  level: string | null;
  acknowledgedBy: string | null;
}

export function startPaging(plan: PagingPlan, nowMs: number): PagingState {
  const state: PagingState = { state: 'paging', next: 0, dueAtMs: null, level: null, acknowledgedBy: null };
  return { ...state, dueAtMs: nowMs + (plan.steps[0]?.waitMs ?? plan.lastWaitMs) };
}

/** The step to be taken at `dueAtMs`; null: then nobody has answered. */
export function dueStep(state: PagingState, plan: PagingPlan): PagingStep | null {
  return plan.steps[state.next] ?? null;
}

/** Names of the levels in their order, each once. */
function levelsOf(plan: PagingPlan): string[] {
  return [...new Set(plan.steps.map((step) => step.level))];
}

function waitBefore(plan: PagingPlan, index: number): number {
  return plan.steps[index]?.waitMs ?? plan.lastWaitMs;
}

/** After the due step was paged: the next one waits from the moment at which this one was due. */
export function paged(state: PagingState, plan: PagingPlan): PagingState {
  const step = dueStep(state, plan);
  if (state.state !== 'paging' || step === null || state.dueAtMs === null) return state;
  const next = state.next + 1;
  return { ...state, level: step.level, next, dueAtMs: state.dueAtMs + waitBefore(plan, next) };
}

/** The due level has nobody: its repeats are skipped, too, and the next level is due at the same moment. */
export function skipped(state: PagingState, plan: PagingPlan): PagingState {
  const step = dueStep(state, plan);
  if (state.state !== 'paging' || step === null || state.dueAtMs === null) return state;
  const next = plan.steps.findIndex((other, index) => index > state.next && other.level !== step.level);
  if (next !== -1) return { ...state, next };
  // Nobody was ever paged: there is nobody to wait for.
  const waitMs = state.level === null ? 0 : plan.lastWaitMs;
  return { ...state, next: plan.steps.length, dueAtMs: state.dueAtMs + waitMs };
}

/** The last wait is over. */
export function exhausted(state: PagingState): PagingState {
  return state.state === 'paging' ? { ...state, state: 'nobody-answered', dueAtMs: null } : state;
}

/** The first acknowledgement stops the ladder; one that comes too late changes nothing. Null: it came too late, or somebody else was first. */
export function acknowledged(state: PagingState, by: string): PagingState | null {
  if (state.state === 'acknowledged' || state.state === 'stopped') return null;
  return { ...state, state: 'acknowledged', dueAtMs: null, acknowledgedBy: by };
}

/** The incident is resolved or cancelled. */
export function stopped(state: PagingState): PagingState {
  return { ...state, state: 'stopped', dueAtMs: null };
}

/** Acknowledged, but then nothing happened: the ladder begins again at its first level, at once. */
export function reopened(state: PagingState, nowMs: number): PagingState {
  return state.state === 'acknowledged' ? { ...state, state: 'paging', next: 0, dueAtMs: nowMs, acknowledgedBy: null } : state;
}

export type ForceAnswer =
  { ok: true; state: PagingState } | { ok: false; reason: 'stale' | 'same-level' | 'unknown-level' | 'top' | 'over' };

/**
 * Escalates at once to `to`, or one level up. `seen` is the level that whoever asks saw: two people who press the same button escalate once. The
 * running timer is void. An acknowledged ladder pages again, since whoever escalates asks for more people.
 */
export function forced(
  state: PagingState,
  plan: PagingPlan,
  request: { to: string | null; seen: string | null; nowMs: number },
): ForceAnswer {
  if (state.state === 'stopped') return { ok: false, reason: 'over' };
  if (request.seen !== null && request.seen !== state.level) return { ok: false, reason: 'stale' };
  const levels = levelsOf(plan);
  const above = state.level === null ? levels[0] : levels[levels.indexOf(state.level) + 1];
  const target = request.to ?? above;
  if (target === undefined) return { ok: false, reason: 'top' };
  if (!levels.includes(target)) return { ok: false, reason: 'unknown-level' };
  if (target === state.level) return { ok: false, reason: 'same-level' };
  const next = plan.steps.findIndex((step) => step.level === target);
  return { ok: true, state: { ...state, state: 'paging', next, dueAtMs: request.nowMs } };
}

/**
 * The severity changed, and with it the plan. An acknowledgement stays. A ladder that pages goes on above the level that was paged last; what the
 * new plan would have paged by now is due at once, never earlier pages again.
 */
export function rearmed(state: PagingState, from: PagingPlan, to: PagingPlan, nowMs: number): PagingState {
  if (state.state !== 'paging' || state.dueAtMs === null) return state;
  const pagedAtMs = state.dueAtMs - waitBefore(from, state.next);
  const lastOfLevel = state.level === null ? -1 : to.steps.findLastIndex((step) => step.level === state.level);
  const attempts = from.steps.slice(0, state.next).filter((step) => step.level === state.level).length;
  const firstOfLevel = to.steps.findIndex((step) => step.level === state.level);
  const next = lastOfLevel === -1 ? Math.min(state.next, to.steps.length) : Math.min(firstOfLevel + attempts, lastOfLevel + 1);
  return { ...state, next, dueAtMs: Math.max(nowMs, pagedAtMs + waitBefore(to, next)) };
}
