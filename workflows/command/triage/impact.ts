/** How much is affected, and since when: read from the services' own counters whenever the incident changes course. */
import { condition } from '@temporalio/workflow';
import { rate } from '../../../core/command/incident/rate.js';
import { isEnded } from '../../../core/command/incident/incident-status.js';
import { describeFailure } from '../../kernel/describe-failure.js';
import { looking } from '../activity-options.js';
import { note, type CommandRun } from '../command-run.js';
import { broadcast } from '../deliver.js';

async function measure(run: CommandRun, services: string[]): Promise<void> {
  const { state } = run;
  const { declaredAt } = state.declaration;
  const to = new Date(state.resolvedAtMs ?? Date.now()).toISOString();
  const order = { services, onset: state.declaration.onset?.at ?? null, declaredAt, to };
  try {
    const found = await looking.measureImpact.executeWithOptions({ summary: `counters of ${services.join(', ')}`.slice(0, 180) }, [order]);
    state.measuredImpact = found.impact;
    state.measuredOnset = found.onset;
    const burns = found.burns.map((burn) => ({ ...burn, evidence: [`metrics:${burn.service}`] }));
    const facts = { endpoints: [], services: [], burns, hasDataLoss: false, hasSecurityBreach: false };
    const raised = state.resolvedAtMs === null ? rate(state, facts, Date.parse(to), Date.now()) : null;
    if (raised !== null) broadcast(run, raised.event.id, { event: 'severity', text: raised.event.text });
  } catch (error) {
    note(run, { kind: 'check', text: `the impact could not be measured: ${describeFailure(error)}`.slice(0, 200) });
  }
  run.publish();
}

/** Measures at the beginning, at each change of course, with each update, and a last time when the incident is resolved. */
export async function keepImpact(run: CommandRun): Promise<void> {
  const { state } = run;
  let measuredFor = '';
  const services = (): string[] => state.affected.filter((service) => state.policy.impact?.measured.includes(service) === true);
  const course = (): string => [state.status, state.updatePostedAtMs, ...services()].join(' ');
  for (;;) {
    await condition(() => run.isLeaving || (run.isReady && services().length > 0 && course() !== measuredFor));
    if (run.isLeaving) return;
    measuredFor = course();
    if (!isEnded(state.status)) await measure(run, services());
  }
}
