/** How bad it is and where it stands. */
import * as commands from '../../../core/command/incident/commands.js';
import { refuseEndWhileShown } from '../../../core/command/incident/publications.js';
import type { CommandRun } from '../command-run.js';
import { broadcast } from '../deliver.js';
import { registryKnows } from '../registry/held-services.js';
import { resolveIncidentUpdate, setSeverityUpdate, setStatusUpdate } from '../messages.js';
import { readResolve, readSeverity, readStatus } from '../read-messages.js';
import { onPerson, recorded } from './on-person.js';

export function registerStanding(run: CommandRun): void {
  const { state } = run;
  onPerson(
    run,
    setSeverityUpdate,
    readSeverity,
    ({ severity }) => commands.refuseOnEnded(state) ?? (severity === state.severity ? `the incident is ${severity} already` : null),
    ({ severity, reason, by }) => {
      const { event } = commands.setSeverity(state, { severity, reason, rule: 'person', evidence: [], by }, Date.now());
      broadcast(run, event.id, { event: 'severity', text: reason });
      return recorded(run, event);
    },
    { description: 'Sets the severity; ladders and cadence follow it' },
  );
  onPerson(
    run,
    setStatusUpdate,
    readStatus,
    ({ to, reason }) => commands.refuseStatus(state, { to, hasReason: reason !== undefined }, Date.now()) ?? refuseEndWhileShown(state, to),
    ({ to, reason, by }) => {
      const event = commands.setStatus(state, { to, reason: reason ?? null, by }, Date.now());
      broadcast(run, event.id, { event: to === 'resolved' ? 'resolved' : 'state', text: reason ?? { inline: `the incident is ${to}` } });
      return recorded(run, event);
    },
    { description: 'Sets the status' },
  );
  onPerson(
    run,
    resolveIncidentUpdate,
    readResolve,
    () => commands.refuseStatus(state, { to: 'resolved', hasReason: true }, Date.now()),
    async ({ summary, by }) => {
      state.summary = summary;
      const event = commands.setStatus(state, { to: 'resolved', reason: summary, by }, Date.now());
      broadcast(run, event.id, { event: 'resolved', text: summary });
      const answer = recorded(run, event);
      await registryKnows(run);
      return answer;
    },
    { description: 'Resolves the incident, with a summary' },
  );
}
