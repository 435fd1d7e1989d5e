import { nextUpdateAt } from '../cadence/update-cadence.js';
import { startPaging } from '../ladder/paging-ladder.js';
import { planFor, record, type CommandState, type Declaration } from './command-state.js';
import { noFindings } from './findings.js';
import type { CommandPolicy } from './policy.js';

/** Severity of an incident that nobody rated and nothing was measured for: unsure means the higher of the two in question, and the rules raise it. */
const unratedSeverity = 'SEV3';

export function createCommandState(declaration: Declaration, policy: CommandPolicy): CommandState {
  const declaredAtMs = Date.parse(declaration.declaredAt);
  const severity = declaration.severity ?? unratedSeverity;
  const plan = planFor(policy, severity);
  const state: CommandState = {
    declaration,
    policy,
    severity,
    severityReason: declaration.severityRule ?? { rule: declaration.severity === null ? 'not-rated' : 'declared', evidence: [] },
    severityLoweredAtMs: null,
    status: 'triage',
    statusSinceMs: declaredAtMs,
    affected: declaration.services,
    record: [],
    roles: [],
    plan,
    paging: startPaging(plan, declaredAtMs),
    pages: [],
    told: [],
    forcedTo: null,
    offer: null,
    communications: [],
    drafts: {},
    held: [],
    deadChannels: [],
    draftedFor: 'investigating',
    updatePostedAtMs: declaredAtMs,
    updateDueAtMs: nextUpdateAt(policy.severities[severity], declaredAtMs, policy.timezone),
    remindersSent: 0,
    lastHumanAtMs: declaredAtMs,
    resolvedAtMs: null,
    summary: null,
    postmortem: null,
    postmortemReminded: 0,
    mergedInto: null,
    usedLinks: {},
    ...noFindings(),
    actions: [],
  };
  record(state, { kind: 'declared', text: declaration.title, by: declaration.by, pinned: true, data: { severity } }, declaredAtMs);
  return state;
}

/** Takes the rules of the catalog, which come a moment after the declaration. What was answered meanwhile stays answered. */
export function adoptPolicy(state: CommandState, policy: CommandPolicy): void {
  const declaredAtMs = Date.parse(state.declaration.declaredAt);
  state.policy = policy;
  state.plan = planFor(policy, state.severity);
  if (state.paging.state === 'paging') state.paging = startPaging(state.plan, declaredAtMs);
  state.updateDueAtMs = nextUpdateAt(policy.severities[state.severity], state.updatePostedAtMs, policy.timezone);
}
