/** A whole incident, as the people live it who are called for it: from the alert to the postmortem. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabSession } from '../lab-session.js';
import type { Narrator } from '../narrator.js';
import { badRelease, type Deploys } from './deploys.js';
import { incidentSchema, type IncidentDocument } from './incident-document.js';
import type { LocalReceiver } from './local-receiver.js';

export interface IncidentStory {
  session: LabSession;
  deploys: Deploys;
  receiver: LocalReceiver;
  narrator: Narrator;
  /** Where the postmortem is written. */
  postmortemFile: string;
}

export interface IncidentEnd {
  document: IncidentDocument;
  /** What did not go as it should; empty: everything did. */
  problems: string[];
}

/** A triage under a loaded machine; nothing here takes as long on a quiet one. */
const withinMs = 240_000;

async function waitFor<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await sleep(500);
  }
}

async function statusOf({ session }: IncidentStory, id: string): Promise<IncidentDocument> {
  return incidentSchema.parse(JSON.parse(await session.incidents.cli(['incident', 'status', id, '--json'])));
}

export async function playIncident(story: IncidentStory): Promise<IncidentEnd> {
  const { narrator } = story;
  const id = await alarm(story);
  const link = await acknowledge(story, id);
  const board = await firstMinutes(story, id);
  const plan = board.mitigations.filter(({ state }) => state === 'proposed').toSorted((left, right) => left.rank - right.rank)[0];
  if (plan === undefined) return { document: board, problems: ['no mitigation was proposed'] };
  await mitigate(story, id, plan);
  const document = await allClear(story, id);
  await story.session.incidents.cli(['incident', 'postmortem', id, '--out', story.postmortemFile, '--json']);
  narrator.headline('Written from the record');
  narrator.say(`postmortem       ${story.postmortemFile}`);
  narrator.say(`incident page    ${link ?? 'none'}`);
  narrator.say(`status page      ${(await statusPage(story)) ?? 'not served'}`);
  return { document, problems: problemsOf(document) };
}

/** The bad deploy, CI that tells of it, and the alert a moment later. Answers the id of the incident that people are called for. */
async function alarm({ session, deploys, narrator, receiver }: IncidentStory): Promise<string> {
  const { incidents } = session;
  narrator.headline(`CI deploys ${badRelease} of the shop, and tells the hook so (POST /changes)`);
  await deploys.deployBad();
  await incidents.postChange({ service: 'shop', kind: 'deploy', ref: badRelease, title: 'Read orders from the new database', by: 'ci' });
  narrator.headline('Alertmanager fires: shop/order-history fails');
  const startsAt = new Date().toISOString();
  const triage = await incidents.postAlert({ service: 'shop', endpoint: 'order-history', symptom: 'error ratio 100%', startsAt });
  narrator.say(`triage ${triage} holds the same load against the shop`);
  const page = await waitFor('the page', () => Promise.resolve(receiver.received.find(({ event }) => event === 'page') ?? null));
  narrator.headline(`The triage confirmed it: ${page.incidentId} is declared, and the pager of ${page.person ?? '?'} rings`);
  return page.incidentId;
}

/** The link of the page acts by POST only; returns the link to the incident's page. */
async function acknowledge({ receiver, narrator }: IncidentStory, id: string): Promise<string | null> {
  const page = receiver.received.find(({ event, incidentId }) => event === 'page' && incidentId === id);
  narrator.say(`page ${page?.incidentUrl ?? '(no address)'}`);
  if (page?.ackUrl == null) throw new Error('the page has no link to acknowledge it');
  const answer = await fetch(page.ackUrl, { method: 'POST', signal: AbortSignal.timeout(15_000) });
  if (!answer.ok) throw new Error(`the acknowledgement was answered with ${answer.status}`);
  narrator.say(`${page.person ?? '?'} acknowledges by the link of the page`);
  return page.incidentUrl;
}

/** The board of the first five minutes, a line as each step ends. */
async function firstMinutes(story: IncidentStory, id: string): Promise<IncidentDocument> {
  const { narrator } = story;
  narrator.headline('The first five minutes');
  const shown = new Set<string>();
  const board = await waitFor('the first five minutes', async () => {
    const now = await statusOf(story, id);
    for (const { step, state, result } of now.fiveMinutes) {
      if ((state !== 'done' && state !== 'failed') || shown.has(step)) continue;
      shown.add(step);
      narrator.say(`${step.padEnd(12)} ${state}: ${result ?? ''}`);
    }
    return shown.size === now.fiveMinutes.length ? now : null;
  });
  narrator.headline(`${board.severity} (${board.severityReason.rule}); suspected`);
  for (const { kind, ref, service, verdict, why } of board.changes)
    narrator.say(`${kind} ${ref} of ${service ?? 'all'}: ${verdict}, ${why}`);
  return board;
}

async function mitigate(story: IncidentStory, id: string, plan: IncidentDocument['mitigations'][number]): Promise<void> {
  const { session, narrator } = story;
  narrator.headline(`Proposed: ${plan.title} (risk ${plan.risk}, runbook ${plan.runbook})`);
  narrator.say(plan.why);
  for (const command of plan.commands) narrator.say(`runs ${command}`);
  const { planId, digest } = plan;
  await session.incidents.cli(['incident', 'approve', id, '--plan', planId, '--digest', digest, '--by', 'alice', '--json']);
  narrator.say('alice approves exactly this');
  let told = '';
  const end = await waitFor('the mitigation', async () => {
    const { mitigations, timeline } = await statusOf(story, id);
    const now = mitigations.find((one) => one.planId === planId);
    const last = timeline.filter(({ kind }) => ['mitigation', 'runbook', 'triage'].includes(kind)).at(-1)?.text ?? '';
    if (last !== told) narrator.say(last);
    told = last;
    return now?.state === 'verified' || now?.state === 'failed' ? now : null;
  });
  narrator.headline(`${end.state === 'verified' ? 'Proven' : 'NOT proven'}: ${end.result ?? 'without a word'}`);
}

async function allClear(story: IncidentStory, id: string): Promise<IncidentDocument> {
  const document = await waitFor('the all-clear', async () => {
    const now = await statusOf(story, id);
    return now.status === 'resolved' || now.mitigations.some(({ state }) => state === 'failed') ? now : null;
  });
  story.narrator.headline(`All-clear: the incident is ${document.status}`);
  return document;
}

/** Null: no hook serves one. */
async function statusPage({ session }: IncidentStory): Promise<string | null> {
  const url = `${session.incidents.hook}/status/`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
  return answer?.ok === true ? url : null;
}

function problemsOf({ status, changes, mitigations }: IncidentDocument): string[] {
  const rollback = mitigations.find(({ runbook }) => runbook === 'rollback-deploy');
  const change = changes.find(({ ref }) => ref === badRelease);
  return [
    ...(status === 'resolved' ? [] : [`the incident is ${status}`]),
    ...(rollback?.state === 'verified' ? [] : [`the rollback is ${rollback?.state ?? 'not there'}: ${rollback?.result ?? ''}`]),
    ...(change?.verdict === 'confirmed' ? [] : [`the deploy is ${change?.verdict ?? 'not found'}, not confirmed by its reversal`]),
  ];
}
