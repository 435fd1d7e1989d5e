/**
 * That a figure is one of the documents is not enough: it has to be the one that its sentence speaks of. Every sentence of these forms, in all recorded
 * reports, is computed anew from the capture that it tells of; where a sentence takes another form, its count below falls and says so.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { recordedNames } from '../../lab/cases/record-evidence.js';
import { average, averageOf, count, milliseconds, percent, plural, requestRate, shareWithInterval } from '../../core/model/figures.js';
import { renderMarkdown } from '../../report/markdown.js';
import type { ReportInput } from '../../report/report-input.js';
import { recordedReport } from '../support/recorded-report.js';

/** The sentence as it has to read where the report has one of this kind; null where the captures hold nothing for it. */
type Told = (input: ReportInput) => (string | null)[];

const statements = ({ scans, databases }: ReportInput): ReturnType<typeof scanned> => scanned(scans, databases);

function scanned(scans: ReportInput['scans'], databases: ReportInput['databases']) {
  return scans.flatMap((scan) =>
    scan.statements.map((each) => ({ ...each, database: databases.find(({ name }) => name === scan.database) ?? null, of: scan.database })),
  );
}

/** By the beginning that a sentence of this kind has: those that begin so must be among the ones that are computed. */
const kinds: Record<string, { begins: RegExp; told: Told }> = {
  'the load': {
    begins: /k6: [\d ]+ requests? at [^;|]*; /g,
    told: (input) => {
      const load = input.secondLook?.load ?? input.load;
      if (load === null) return [null];
      const { p50, p95, mean } = load.latencyMs;
      const silent = load.errors['unanswered when the load ended'] ?? 0;
      const failed = `${load.failedRatio === 0 ? 'none' : percent(load.failedRatio)} failed${silent === 0 ? '' : `, ${silent} without an answer at the end`}`;
      const latency = `p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}, mean ${milliseconds(mean)}`;
      return [`k6: ${plural(load.requests, 'request')} at ${requestRate(load.requestRate)}, ${latency}, ${failed}; `];
    },
  },
  'a statement that was counted': {
    begins: /[\d ]+ calls?, mean [^,]+, [^,]+ of the database's execution time(?=, [\d. <]+ rows? a call)/g,
    told: (input) =>
      input.databases
        .flatMap(({ statements: counted }) => counted ?? [])
        .map(
          ({ calls, meanExecMs, timeShare }) =>
            `${plural(calls, 'call')}, mean ${milliseconds(meanExecMs)}, ${percent(timeShare)} of the database's execution time`,
        ),
  },
  'the dominant node of a plan': {
    begins: /plan of \S+ \([a-z-]+\): dominant node [^|;]*? per loop, [\d ]+ loops?,/g,
    told: (input) =>
      statements(input).map(({ statement, plan, planSource }) => {
        const node = plan?.nodes.find(({ id }) => id === plan.dominant?.id);
        if (plan === null || node === undefined) return null;
        const relation = node.relation === null ? '' : ` on ${node.relation}`;
        const rows = `${averageOf(node.rowsRemovedByFilter, 'row')} removed and ${average(node.rows)} kept per loop`;
        return `plan of ${statement.queryId} (${planSource}): dominant node ${node.nodeType}${relation}, self ${milliseconds(node.selfMs)} of ${milliseconds(plan.executionMs ?? 0)}, ${rows}, ${plural(node.loops, 'loop')},`;
      }),
  },
  'the time of a node in the findings': {
    begins: /self time [\d.< ]+ m?s(?: of [\d.< ]+ m?s)?(?:, [\d ]+ rows read and dropped)?, [\d ]+ kept/g,
    told: (input) =>
      statements(input).map(({ plan }) => {
        const node = plan?.nodes.find(({ id }) => id === plan.dominant?.id);
        if (plan === null || node === undefined || plan.dominant === null) return null;
        const dropped = node.rowsRemovedByFilter > 0 ? `, ${count(node.rowsRemovedByFilter * node.loops)} rows read and dropped` : '';
        const whole = plan.executionMs === null ? '' : ` of ${milliseconds(plan.executionMs)}`;
        return `self time ${milliseconds(plan.dominant.selfMs)}${whole}${dropped}, ${count(node.rows * node.loops)} kept`;
      }),
  },
  'a function of the profile': {
    begins: /^\| \d+(?: \(tie\))? \| [^|]+ \| `[^`]+`/gm,
    told: ({ profile }) =>
      (profile?.leaves ?? []).flatMap((leaf, index) =>
        ['', ' (tie)'].map(
          (tie) => `| ${tie === '' ? index + 1 : 1}${tie} | ${shareWithInterval(leaf.selfShare, leaf.ci)} | \`${leaf.frame}\``,
        ),
      ),
  },
  'a route of the trace': {
    begins: /[A-Z]+ \/[^|;]*?: [\d ]+ requests?, mean [^,]+, [^;|]+ of the CPU samples/g,
    told: ({ trace }) =>
      (trace?.routes ?? []).map(
        ({ method, route, requests, meanMs, cpuShare }) =>
          `${method} ${route}: ${plural(requests, 'request')}, mean ${milliseconds(meanMs)}, ${percent(cpuShare)} of the CPU samples`,
      ),
  },
  'a lock chain': {
    begins: /blocks [\d.]+ sessions? on average, \d+ at most/g,
    told: ({ databases }) =>
      databases.flatMap(({ blocking }) =>
        blocking.flatMap(({ blockedMean, blockedMax }) => [
          `blocks ${averageOf(blockedMean, 'session')} on average, ${blockedMax} at most`,
          `blocks ${average(blockedMean)} sessions on average, ${blockedMax} at most`,
        ]),
      ),
  },
  'what a cause explains': {
    begins: /It explains [\d.]+ % of the mean latency, with (?:high|moderate|low) confidence \([\d.]+\)/g,
    told: ({ incident }) =>
      incident.causes.flatMap(({ share, confidence }) =>
        ['high', 'moderate', 'low'].map(
          (word) => `It explains ${percent(share)} of the mean latency, with ${word} confidence (${confidence.toFixed(2)})`,
        ),
      ),
  },
  'a forecast': {
    begins: /mean latency [\d. ]+ m?s → [\d.< ]+ m?s to [\d.]+ m?s/g,
    told: ({ incident }) =>
      incident.causes.map(({ remedy: { forecast } }) =>
        forecast?.highMs == null
          ? null
          : `mean latency ${milliseconds(forecast.nowMs)} → ${milliseconds(forecast.lowMs)} to ${milliseconds(forecast.highMs)}`,
      ),
  },
  'the process': {
    begins: /process \d+ \([a-z]+\): [\d.]+ of \d+ cores used/g,
    told: ({ service }) => {
      const process = service?.process ?? null;
      if (process === null) return [null];
      const used = Number((process.cpuMs / process.windowMs).toFixed(2));
      return [`process ${process.pid} (${process.runtime}): ${used} of ${process.usableCores} cores used`];
    },
  },
};

describe.each(Object.entries(kinds))('%s', (_kind, { begins, told }) => {
  const seen = { sentences: 0, windows: 0 };

  it.each(recordedNames())('is told of %s with its own figures', async (name) => {
    const input = await recordedReport(name);
    const text = renderMarkdown(input).replaceAll('&lt;', '<').replaceAll('\\', '');
    const right = new Set(told(input));
    const sentences = [...text.matchAll(begins)].map(([sentence]) => sentence.trimStart());
    expect(sentences.filter((sentence) => !right.has(sentence))).toEqual([]);
    seen.sentences += sentences.length;
    if (sentences.length > 0) seen.windows += 1;
  });

  // Eight windows hold locks, all others more: a form that no report has any longer would be checked in none.
  afterAll(() => {
    expect(seen.windows).toBeGreaterThanOrEqual(5);
  });
});
