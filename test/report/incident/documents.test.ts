/**
 * The sample documents of the seeds, made anew from one incident that was recorded: a bad deploy of the lab, as `npm run demo -- --incident` plays it.
 * `RECORD_DOCUMENTS=1` writes examples/incident again.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { documentsOf, type IncidentRecord } from '../../../client/cli/incident/documents.js';
import { parseCatalog } from '../../../config/catalog.js';
import { severityTable } from '../../../core/command/severity/severity.js';
import { runDocumentText } from '../../../report/incident/run.js';

const fixtures = join(import.meta.dirname, '../../../fixtures/incidents/bad-deploy');
const examples = join(import.meta.dirname, '../../../examples/incident');
const read = (name: string): string => readFileSync(join(fixtures, name), 'utf8');
const json = (name: string): unknown => JSON.parse(read(name));
const recorded = { status: json('status.json'), analysis: json('rca.json'), runs: [json('run.json')] } as IncidentRecord;
const documents = documentsOf(recorded, parseCatalog(read('responder.yaml'), join(fixtures, 'responder.yaml')));

const headings = (text: string): string[] =>
  [...text.matchAll(/^(?:##|###) +(.+)$/gm)].map(([, heading = '']) => heading.replace(/: .*$/, ''));

/** Of the outputs that the seeds show, in their order. */
const sections: Record<string, string[]> = {
  'incident.md': [
    ...['Incident Declared', 'Impact Assessment', 'Assigned Roles', 'Initial Timeline', 'Next Actions', 'Communication Channels'],
  ],
  'root-cause.md': [
    ...['Root Cause Analysis', 'Executive Summary', 'Timeline of Events', 'Five Whys Analysis', 'Root Cause', 'Evidence'],
    ...['Contributing Factors', 'Recommendations'],
  ],
  'postmortem-003.md': [
    ...['Incident Summary', 'What Happened', 'Timeline', 'Root Cause', 'Impact', 'What Went Well', 'What Went Poorly', 'Action Items'],
    ...['Lessons Learned', 'Appendix'],
  ],
  'postmortem-004.md': [
    ...['Summary', 'Timeline', 'Root Cause', 'Contributing Factors', 'What Went Well', 'What Could Be Improved', 'Action Items'],
  ],
  'run-rollback-deploy.md': [
    ...['Runbook Execution', 'Pre-Flight Checks', 'Execution Steps', 'Execution Summary', 'Post-Execution Verification'],
  ],
  'escalation.md': [
    ...['Escalation Status', 'Current Severity', 'Notification Status', 'Escalation Timeline', 'Next Escalation', 'Communication Sent'],
    ...['Recommended Actions'],
  ],
  'communications.md': ['Communication', 'Internal Communication', 'External Communication'],
};

it('have the sections of the seeds, each of them and no other', () => {
  expect(Object.fromEntries(Object.entries(documents).map(([name, text]) => [name, headings(text)]))).toEqual(sections);
});

/** Every moment that the record knows, at its minute. */
function minutesOf(value: unknown): Set<string> {
  const text = JSON.stringify(value);
  return new Set([...text.matchAll(/\d{4}-\d\d-\d\dT(\d\d:\d\d)/g)].map(([, minute = '']) => minute));
}

/** Times of day as documents print them; addresses and durations have other forms. */
const printed = (text: string): string[] => [...text.matchAll(/(?<![\d:.])([01]\d|2[0-3]):[0-5]\d(?![\d:])/g)].map(([minute]) => minute);

it('name no minute that the record does not have, and each fact at the same one', () => {
  const { declaredAt, severity } = recorded.status;
  // The one promise that stands in the updates: the next of them, one cadence after the declaration.
  const promised = new Date(Date.parse(declaredAt) + severityTable[severity].updateEveryMs).toISOString();
  const known = minutesOf([recorded, promised]);
  for (const [name, text] of Object.entries(documents)) {
    expect(
      printed(text).filter((minute) => !known.has(minute)),
      name,
    ).toEqual([]);
    expect(printed(text).length, name).toBeGreaterThan(0);
  }
  const { status, runs } = recorded;
  const minute = (at: string | null | undefined): string => at?.slice(11, 16) ?? 'never';
  const [page] = status.paging.pages;
  const resolved = minute(status.times.ttr.to);
  expect(documents['incident.md']).toContain(`**Declared**: ${status.declaredAt.slice(0, 10)} ${minute(status.declaredAt)} UTC`);
  expect(documents['postmortem-003.md']).toContain(`at ${minute(status.declaredAt)} UTC incident ${status.id} was declared`);
  expect(documents['escalation.md']).toContain(`| ${page?.person ?? ''} | ${minute(page?.sentAt)} | ${minute(page?.acknowledgedAt)} |`);
  for (const name of ['incident.md', 'postmortem-004.md'])
    expect(documents[name], name).toContain(`- ${minute(page?.acknowledgedAt)} - acknowledged: acknowledged by the commander`);
  expect(documents['postmortem-003.md']).toContain(`| ${minute(page?.acknowledgedAt)} | acknowledged: acknowledged by the commander |`);
  for (const text of Object.values(documents)) expect(text).not.toMatch(/the commander is commander|an expert is/);
  expect(documents['root-cause.md']).toContain(`(${minute(page?.acknowledgedAt)}): acknowledged by ${page?.person ?? ''}`);
  for (const name of ['postmortem-003.md', 'postmortem-004.md']) expect(documents[name], name).toContain(` - ${resolved} UTC)`);
  expect(documents['run-rollback-deploy.md']).toContain(`${minute(runs[0]?.startedAt)} UTC`);
});

it('stand in examples/incident as they are made', () => {
  mkdirSync(examples, { recursive: true });
  for (const [name, text] of Object.entries(documents)) {
    if (process.env['RECORD_DOCUMENTS'] !== undefined) writeFileSync(join(examples, name), text);
    expect(readFileSync(join(examples, name), 'utf8'), name).toBe(text);
  }
});

it('keep commands and outputs as text, whatever is in them', () => {
  const [run] = recorded.runs;
  if (run === undefined) throw new Error('the record has a run');
  const [step] = run.steps;
  if (step === undefined) throw new Error('the run has a step');
  const text = runDocumentText({ ...run, runbook: '<script>|', steps: [{ ...step, command: 'echo ```', output: '```` # no heading' }] });
  expect(text).toContain('````\necho ```\n````');
  expect(text).toContain('`````\n```` # no heading\n`````');
  expect(text).not.toContain('<script>|');
});
