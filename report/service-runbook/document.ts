/** `docs/runbooks/SERVICE-runbook.md`: what a service is, what went wrong with it so far, and whom to call. People continue the document by hand. */
import type { StatusDocument } from '../../core/command/incident/status-document.js';
import type { FreshBlock, FreshDocument } from '../../core/command/postmortem/blocks.js';
import { shownCauses, suspectedChanges } from '../../core/command/postmortem/facts.js';
import { escapeMarkdown } from '../markdown-text.js';

/** What the catalog says about the service, in words. A list is empty when the catalog says nothing. */
export interface ServiceFacts {
  service: string;
  owners: string[];
  dependencies: string[];
  /** `GET /checkout: p95 within 250 ms`. */
  endpoints: string[];
  databases: string[];
  health: string[];
  /** Names of runbooks that can be run. */
  runbooks: string[];
  /** `L1 On-Call Engineer, after 0 s`. */
  levels: string[];
}

function bullets(lines: readonly string[], none: string): string {
  return lines.length === 0 ? `- ${none}` : lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n');
}

function overview({ dependencies, endpoints, databases, health }: ServiceFacts): string {
  return [
    '**Dependencies**',
    bullets([...dependencies, ...databases], 'the catalog names none'),
    '**Critical paths**',
    bullets(endpoints, 'the catalog names none'),
    '**Health**',
    bullets(health, 'the catalog names no address of its health'),
  ].join('\n\n');
}

/** One incident as a known issue, symptoms first, so that the next reader can recognise it. */
function issue(service: string, status: StatusDocument, number: number): string {
  const { id, title, declaredAt, triages, mitigations } = status;
  const causes = [...shownCauses(status), ...suspectedChanges(status)].map(({ statement, from }) => `${statement} (${from})`);
  const helped = mitigations.filter(({ state }) => state === 'verified').map((one) => one.title);
  const symptoms = status.timeline.filter(({ kind }) => kind === 'alert').map(({ text }) => text);
  return [
    `### Issue ${number}: ${escapeMarkdown(title)}`,
    `${id}, ${declaredAt.slice(0, 10)}, ${status.severity}`,
    '- **Symptoms:**',
    bullets(symptoms, 'no alert told of it').replaceAll(/^/gm, '  '),
    '- **Diagnosis:**',
    bullets([`perf-responder check ${service}`, ...triages.map(({ endpoint }) => `perf-responder triage ${endpoint}`)], '').replaceAll(
      /^/gm,
      '  ',
    ),
    bullets(causes, 'no cause was shown').replaceAll(/^/gm, '  '),
    '- **Resolution:**',
    bullets(helped, 'nothing that was tried is proven to have helped').replaceAll(/^/gm, '  '),
  ].join('\n');
}

function issues(service: string, incidents: readonly StatusDocument[]): string {
  if (incidents.length === 0) return `No incident is on record. Begin with \`perf-responder check ${service}\`.`;
  return incidents.map((status, index) => issue(service, status, index + 1)).join('\n\n');
}

function escalation({ owners, levels, runbooks }: ServiceFacts): string {
  return [
    '**On-call**',
    bullets(levels, 'the catalog has no escalation'),
    '**Service owner**',
    bullets(owners, 'the catalog names none'),
    '**Runbooks that can be run**',
    bullets(
      runbooks.map((name) => `perf-responder runbook run ${name}`),
      'the catalog names none',
    ),
  ].join('\n\n');
}

/** `incidents` are those of the service, newest first. */
export function serviceRunbook(facts: ServiceFacts, incidents: readonly StatusDocument[]): FreshDocument {
  const section = (id: string, heading: string, body: string, isForPeople = false): FreshBlock => ({
    id,
    body: `## ${heading}\n\n${body}`,
    isForPeople,
  });
  return {
    kind: 'service-runbook',
    subject: facts.service,
    blocks: [
      { id: 'title', body: `# Runbook: ${escapeMarkdown(facts.service)}`, isForPeople: false },
      section('purpose', 'Purpose', 'What it is for, and who notices when it is slow.', true),
      section('overview', 'Service Overview', overview(facts)),
      section('issues', 'Common Issues', issues(facts.service, incidents)),
      section('escalation', 'Escalation', escalation(facts)),
    ],
  };
}
