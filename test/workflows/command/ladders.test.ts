/** A sample of `npm run ladders`, which takes a thousand incidents. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulate, type Outcome } from '../../support/stories/ladder-simulation.js';
import { createRandom, expectedPages, pastPage, randomCase, type ExpectedPage } from '../../support/stories/random-ladders.js';
import { bundleWorkflows } from '../../support/temporal.js';
import { startTimeSkipping } from '../../support/time-skipping.js';

const count = Number(process.env['LADDERS'] ?? 3);
/** All pages are due at whole minutes, so the clock jumps as often for many incidents as for few. */
const batch = 250;
const seed = Number(process.env['LADDERS_SEED'] ?? 1);
/** A page that was due while its worker died comes when the next one has its task; before the answer in any case. */
const slackMs = pastPage;

let environment: Awaited<ReturnType<typeof startTimeSkipping>>;
let bundle: Awaited<ReturnType<typeof bundleWorkflows>>;
beforeAll(async () => {
  [environment, bundle] = await Promise.all([startTimeSkipping(), bundleWorkflows()]);
}, 600_000);
afterAll(async () => {
  await environment.teardown();
});

const figures = { incidents: 0, pages: 0, latestMs: 0, anew: 0, deaths: 0 };

interface Round {
  beginsAtMs: number;
  isAnew: boolean;
  endsAtMs: number;
}

/** Stretches in which the ladder pages, by what the record says of answers. */
function roundsOf({ state, declaredAtMs }: Outcome): Round[] {
  const at = (iso: string): number => Date.parse(iso);
  const stops = state.record
    .filter(({ kind, data }) => kind === 'acknowledged' || (kind === 'state' && data['to'] === 'resolved'))
    .map((event) => at(event.at));
  const anew = state.record.filter(({ kind, data }) => kind === 'reminder' && data['step'] === undefined).map((event) => at(event.at));
  return [{ beginsAtMs: declaredAtMs, isAnew: false }, ...anew.map((beginsAtMs) => ({ beginsAtMs, isAnew: true }))].map((round) => ({
    ...round,
    endsAtMs: Math.min(...stops.filter((stop) => stop >= round.beginsAtMs)),
  }));
}

/** What is wrong with the pages of one incident; empty: nothing. */
function problemsOf(outcome: Outcome): string[] {
  const { given, sent } = outcome;
  const problems: string[] = [];
  const left = [...sent];
  const rounds = roundsOf(outcome);
  const due = rounds.flatMap(({ beginsAtMs, isAnew, endsAtMs }) =>
    expectedPages(given, { atMs: beginsAtMs, isAnew }).map((page) => ({ page, endsAtMs })),
  );
  // What an answer has ended takes what nothing else explains: the next round may page the same person in the same half minute.
  const isEnded = ({ page, endsAtMs }: (typeof due)[number]): boolean => page.atMs > endsAtMs;
  for (const { page, endsAtMs } of [...due.filter((one) => !isEnded(one)), ...due.filter(isEnded)]) {
    const found = left.findIndex(
      (one) => one.level === page.level && one.person === page.person && one.atMs >= page.atMs && one.atMs < page.atMs + slackMs,
    );
    const [taken] = found === -1 ? [] : left.splice(found, 1);
    if (taken === undefined && page.atMs + slackMs < endsAtMs) problems.push(`missed ${describePage(page)}`);
    if (taken !== undefined && taken.atMs > endsAtMs) problems.push(`after the answer: ${describePage(page)}`);
    if (taken !== undefined) figures.latestMs = Math.max(figures.latestMs, taken.atMs - page.atMs);
  }
  figures.anew += rounds.filter(({ isAnew }) => isAnew).length;
  problems.push(...left.map((one) => `not asked for: ${one.level} ${one.person} at ${new Date(one.atMs).toISOString()}`));
  if (new Set(sent.map(({ deliveryId }) => deliveryId)).size !== sent.length) problems.push('one delivery twice');
  return problems;
}

function describePage({ level, person, atMs }: ExpectedPage): string {
  return `${level} ${person} at ${new Date(atMs).toISOString()}`;
}

describe('ladders of random incidents', () => {
  it(`${count} page at their second: none missed, none twice, none after an answer`, { timeout: 4 * 3_600_000 }, async () => {
    const random = createRandom(seed);
    const wrong: string[] = [];
    for (let first = 0; first < count; first += batch) {
      const nowMs = await environment.currentTimeMs();
      const cases = Array.from({ length: Math.min(batch, count - first) }, (_, index) => randomCase(random, first + index, nowMs));
      const deaths = Math.max(1, Math.floor(cases.length / 25));
      const outcomes = await simulate({ environment, bundle, random, deaths }, cases);
      for (const outcome of outcomes) wrong.push(...problemsOf(outcome).map((problem) => `incident ${outcome.given.index}: ${problem}`));
      figures.incidents += outcomes.length;
      figures.deaths += deaths;
      figures.pages += outcomes.reduce((sum, { sent }) => sum + sent.length, 0);
      if (process.env['LADDERS'] !== undefined) console.log(JSON.stringify(figures));
    }
    expect(wrong).toEqual([]);
    expect(figures.pages).toBeGreaterThan(count);
  });
});
