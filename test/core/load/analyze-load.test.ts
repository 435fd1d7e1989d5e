import { describe, expect, it } from 'vitest';
import { analyzeLoad as judged, type LoadAnalysis } from '../../../core/load/analyze-load.js';
import { readLoadSummary } from '../../../core/load/read-summary.js';
import type { Budgets } from '../../../core/model/load-result.js';
import { recordings } from './recorded.js';

const analyzeLoad = (text: string, budgets?: Budgets): LoadAnalysis => judged(readLoadSummary(text), budgets);
const budgets = { p95Ms: 100, errorRatio: 0.01 };

describe('analyzeLoad on recorded runs', () => {
  it('says the same of every shape of one run', () => {
    for (const { file, text } of recordings('slow')) expect(analyzeLoad(text, budgets).verdict, file).toBe('confirmed');
    for (const { file, text } of recordings('healthy')) expect(analyzeLoad(text, budgets).verdict, file).toBe('not-reproduced');
  });

  it.each(['refused', 'threw', 'empty', 'typo-tag', 'dropped'])('never calls a run healthy that proves nothing: %s', (name) => {
    for (const { file, text } of recordings(name)) {
      const { verdict, reasons } = analyzeLoad(text, name === 'typo-tag' ? {} : { p95Ms: 1_000 });
      expect(verdict, `${file}: ${reasons.join('; ')}`).not.toBe('not-reproduced');
      expect(reasons, file).not.toHaveLength(0);
    }
  });

  it.each([
    ['refused', /gave no usable answer/],
    ['threw', /no request was made in \d+ iterations/],
    ['empty', /no request was made in \d+ iterations/],
    ['typo-tag', /judged on no sample at all|no budget to judge by/],
    ['dropped', /dropped/],
  ])('names the reason: %s', (name, reason) => {
    for (const { file, text } of recordings(name)) {
      const { reasons } = analyzeLoad(text, name === 'typo-tag' ? {} : { p95Ms: 1_000 });
      expect(reasons.join('\n'), file).toMatch(reason);
    }
  });

  it('judges fast errors by the error budget and their latency not at all', () => {
    for (const { file, text } of recordings('failing')) {
      expect(analyzeLoad(text, { errorRatio: 0.01 }).verdict, file).toBe('confirmed');
      if (file.includes('machine-readable')) expect(analyzeLoad(text, { p95Ms: 100 }).verdict, file).toBe('unproven');
    }
  });

  it('judges by the thresholds of the file when no budget is given, and says so when there are neither', () => {
    const [handled] = recordings('slow').filter(({ file }) => file.includes('handle-summary'));
    const [machine] = recordings('slow').filter(({ file }) => file.includes('machine-readable'));
    expect(analyzeLoad(handled?.text ?? '')).toMatchObject({ verdict: 'confirmed' });
    expect(analyzeLoad(machine?.text ?? '')).toMatchObject({ verdict: 'unproven' });
    expect(analyzeLoad(machine?.text ?? '').reasons.join()).toContain('--budget p95=250ms');
  });

  it('has exactly the keys of the contract', () => {
    const [recording] = recordings('healthy');
    expect(Object.keys(analyzeLoad(recording?.text ?? ''))).toEqual([
      'format',
      'verdict',
      'reasons',
      'thresholds',
      'latencyMs',
      'requests',
      'requestRate',
      'failedRatio',
      'droppedIterations',
    ]);
  });
});
