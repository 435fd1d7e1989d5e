/** Calls people by the policy of the catalog: at the alert, or once the symptom is confirmed. From then on their incident hears of this triage. */
import { log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { CommandActivities } from '../../activities/command/contract.js';
import { cutText } from '../../core/decisions/cut-text.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { addListener } from './listeners.js';
import type { IncidentState } from './incident-state.js';
import type { ResolvedLoad } from './messages.js';

/** If an incident cannot be declared now, it should be declared later, as long as that still helps. */
const declaring = proxyActivities<Pick<CommandActivities, 'declareForTriage'>>({
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '500ms', maximumInterval: '20s', nonRetryableErrorTypes: ['UnreadableInputError', 'RefusedError'] },
});

/** People read the title on a pager: it says what is broken, and nothing else. */
function titleOf(state: IncidentState): string {
  const { endpoint, symptom, confirmation } = state.findings;
  const [broken] = confirmation?.verdict === 'confirmed' ? confirmation.reasons : [];
  if (broken !== undefined) return `${endpoint}: ${broken}`;
  const alert = state.alerts.find((one) => one.status === 'firing');
  return `${endpoint}: ${symptom?.text ?? alert?.title ?? 'an alert fired'}`;
}

/** Runs beside the triage, which does not wait for it. A triage that an incident started already has its incident. */
export function declareByPolicy(state: IncidentState, { target }: ResolvedLoad, when: 'alert' | 'confirmed'): void {
  if (target.declare !== when || workflowInfo().parent !== undefined) return;
  const { incidentId: triageId, endpoint } = state.findings;
  const title = cutText(titleOf(state), 200);
  const order = { workflowId: workflowInfo().workflowId, triageId, endpoint, service: target.service, title };
  state.untold += 1;
  declaring.declareForTriage
    .executeWithOptions({ summary: `calls people: ${when}` }, [order])
    .then(({ incidentId }) => addListener(state, incidentId))
    .catch((error: unknown) => log.warn('no incident could be declared', { reason: describeFailure(error) }))
    .finally(() => (state.untold -= 1));
}
