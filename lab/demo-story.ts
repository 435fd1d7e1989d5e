import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';
import type { LabSession } from './lab-session.js';
import { measureEndpoint } from './cases/measure-endpoint.js';
import type { Narrator } from './narrator.js';
import { reportPage } from './report-page.js';
import { scoreAnswer, type Score } from './cases/score.js';
import type { ShopLab } from './shop-lab.js';
import type { RerunDocument, StatusDocument, TriageDocument } from './cases/triage-document.js';

export interface DemoEnd {
  document: TriageDocument;
  score: Score;
  /** Null when there was nothing to repair: the alert was stale or nothing was proven. */
  rerun: RerunDocument | null;
  expected: boolean;
}

const settleWithinMs = 300_000;

/** The whole incident as an on-call engineer lives it: healthy, broken, alert, report, fix, proof. */
export async function playDemo(
  session: LabSession,
  shop: ShopLab,
  fault: Fault,
  { narrator, reportFile }: { narrator: Narrator; reportFile: string | null },
): Promise<DemoEnd> {
  const { endpoint } = fault;
  const target = session.target(fault);
  narrator.headline(
    `The shop is up at ${shop.url}. ${endpoint.method} ${endpoint.path} may take ${endpoint.budgets.p95Ms ?? '?'} ms (p95).`,
  );
  narrator.say(`a visitor measures ${await feltBy(shop, fault)}`);
  narrator.headline(`Breaking it: ${fault.title}`);
  await shop.breakIt();
  narrator.say(`a visitor measures ${await feltBy(shop, fault)}`);
  const symptom = `p95 ${(endpoint.budgets.p95Ms ?? 200) * 3}ms`;
  narrator.headline(`Alertmanager tells the hook: ${target.service}/${target.endpoint}, ${symptom}`);
  const incidentId = await session.incidents.postAlert({ ...target, symptom, startsAt: new Date().toISOString() });
  narrator.say(`incident ${incidentId}`);
  await followLive(session, incidentId, narrator);
  const document = await session.incidents.triage(incidentId);
  narrator.headline(`Report ready after ${seconds(document.timing.reportReadyMs)} (load window ${seconds(document.timing.loadWindowMs)})`);
  narrator.say(reportPage(await session.incidents.report(incidentId, 'md')));
  await keepReport(session, incidentId, reportFile, narrator);
  const score = scoreAnswer(fault.truth, answerOf(document), shop.places);
  if (document.confirmation?.verdict !== 'confirmed') return { document, score, rerun: null, expected: score.right };
  await fixIt(session, shop, fault, document, narrator);
  narrator.headline('The same load again: rerunConfirmation');
  const rerun = await rerunLive(session, incidentId, narrator);
  narrator.say(rerunInWords(rerun));
  const reruns = await rerunsOf(session, incidentId, rerun);
  // A case without a cause to remove (capacity) cannot end resolved.
  const expected = score.right && (fault.truth.cause === null ? true : rerun.outcome === 'resolved');
  return { document: { ...document, outcome: rerun.outcome, reruns }, score, rerun, expected };
}

async function keepReport(session: LabSession, incidentId: string, file: string | null, narrator: Narrator): Promise<void> {
  if (file === null) {
    narrator.say('\nThe whole report, with flame graph, plans and every figure: npm run demo -- --report incident.html');
    return;
  }
  await writeFile(file, await session.incidents.report(incidentId, file.endsWith('.md') ? 'md' : 'html'));
  narrator.say(`\nThe whole report: ${file}`);
}

function answerOf(document: TriageDocument): Parameters<typeof scoreAnswer>[1] {
  return {
    outcome: document.outcome,
    verdict: document.confirmation?.verdict ?? null,
    causes: document.causes,
    missingEvidence: document.missingEvidence.map((missing) => missing.id),
  };
}

/** The report as it was written last may be older than the re-run. */
async function rerunsOf(session: LabSession, incidentId: string, rerun: RerunDocument): Promise<RerunDocument[]> {
  const latest = await session.incidents.triage(incidentId);
  return latest.reruns.length > 0 ? latest.reruns : [rerun];
}

async function feltBy(shop: ShopLab, fault: Fault): Promise<string> {
  const { medianMs, slowestMs, failed } = await measureEndpoint(shop.url, fault.endpoint, 10);
  return `${medianMs.toFixed(0)} ms, at most ${slowestMs.toFixed(0)} ms${failed === 0 ? '' : `, ${failed} of 10 failed`} (alone, without load)`;
}

async function followLive(session: LabSession, incidentId: string, narrator: Narrator): Promise<void> {
  let stage = '';
  const show = async (status: StatusDocument) => {
    if (status.stage !== stage) narrator.say(`stage ${status.stage}`);
    stage = status.stage;
    for (const line of (await session.temporal.lines(incidentId)).filter((one) => one.startsWith('load'))) narrator.live(line);
  };
  await session.incidents.follow(incidentId, settleWithinMs, show);
}

async function rerunLive(session: LabSession, incidentId: string, narrator: Narrator): Promise<RerunDocument> {
  const done = new AbortController();
  const watch = (async () => {
    while (!done.signal.aborted) {
      for (const line of (await session.temporal.lines(incidentId)).filter((one) => one.startsWith('load'))) narrator.live(line);
      await sleep(700, undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();
  try {
    return await session.incidents.rerun(incidentId);
  } finally {
    done.abort();
    await watch.catch(() => undefined);
  }
}

/** An operator follows the report when it recommends an index, and undoes the change otherwise. */
async function fixIt(session: LabSession, shop: ShopLab, fault: Fault, document: TriageDocument, narrator: Narrator): Promise<void> {
  const remedy = document.causes[0]?.remedy;
  if (fault.name !== 'missing-index' || remedy?.kind !== 'create-index') {
    narrator.headline('The operator undoes the change');
    await shop.repair();
    return;
  }
  narrator.headline('The operator applies the recommended index');
  narrator.say(remedy.statement);
  const client = await session.postgres.connect(shop.database, 'operator');
  try {
    const startedAt = Date.now();
    await client.query(remedy.statement);
    narrator.say(`done in ${seconds(Date.now() - startedAt)}`);
  } finally {
    await client.end();
  }
}

const seconds = (durationMs: number | null): string => (durationMs === null ? 'an unknown time' : `${(durationMs / 1000).toFixed(1)} s`);
const milliseconds = (value: number | null): string => (value === null ? '?' : `${value.toFixed(0)} ms`);

function rerunInWords({ before, after, ratio, ci, ciKind, verdict, withinBudget, outcome }: RerunDocument): string {
  const interval = ci === null ? '' : `, 95 % interval ${ci[0].toFixed(3)} to ${ci[1].toFixed(3)} (${ciKind})`;
  return [
    `p95 before ${milliseconds(before.p95Ms)}, after ${milliseconds(after.p95Ms)}; ratio ${ratio === null ? '?' : ratio.toFixed(3)}${interval}`,
    `rate before ${before.requestRate.toFixed(1)}/s, after ${after.requestRate.toFixed(1)}/s`,
    `${verdict}, ${withinBudget ? 'within' : 'outside'} the budget: ${outcome}`,
  ].join('\n');
}
