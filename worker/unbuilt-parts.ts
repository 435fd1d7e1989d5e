import type { ActivityDependencies } from '../activities/dependencies.js';
import { EvidenceUnavailableError, RefusedError } from '../core/model/errors.js';

function unbuilt(what: string): never {
  throw new EvidenceUnavailableError({
    id: `unbuilt-${what}`,
    what,
    why: 'this version of the responder has no such part yet',
    remedy: 'Use a later version.',
  });
}

function unbuiltRemedy(): Promise<{ applied: boolean; detail: string }> {
  throw new RefusedError('this version of the responder applies no remedies; apply it by hand and re-run the confirmation');
}

/** Stands in for parts that are being written, honest about it: missing evidence, never a guess. */
export const unbuiltParts: Pick<ActivityDependencies, 'captures' | 'remedies' | 'render'> = {
  captures: {
    profile: () => unbuilt('profile'),
    service: () => unbuilt('service observation'),
    databases: () => Promise.resolve({ observations: [], missing: [] }),
    scan: () => Promise.resolve([]),
  },
  remedies: { 'create-index': unbuiltRemedy, 'analyze-table': unbuiltRemedy, 'terminate-blocker': unbuiltRemedy },
  render: {
    markdown: ({ incident }) =>
      `## Perf incident triage - ${incident.endpoint} - ${incident.timing.acceptedAt}\n\n${incident.reasons.join('\n')}\n`,
    json: ({ incident }) => JSON.stringify(incident, null, 2),
    html: ({ incident }) => `<!doctype html><title>Perf incident</title><p>${incident.incidentId.replaceAll(/[^\w-]/g, '')}</p>`,
  },
};
