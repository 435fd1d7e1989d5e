import { describe, expect, it } from 'vitest';
import { describeRatio } from '../../../core/decisions/describe-ratio.js';
import { summaryArtifact } from '../../../core/decisions/load/summary-artifact.js';
import type { ArtifactRef } from '../../../core/model/artifact.js';

describe('describeRatio', () => {
  it.each([
    [12.345, '12.35'],
    [0.99, '0.99'],
    [0.0176, '0.018'],
    [0.000_214, '0.00021'],
    [0, '0'],
  ])('%d reads %s: never a bare zero for what is none', (ratio, text) => expect(describeRatio(ratio)).toBe(text));
});

describe('summaryArtifact', () => {
  const ref = (name: string, kind: string): ArtifactRef => ({ name, kind, path: '', sizeBytes: 1, sha256: '' });

  it('names the numbers of a run rather than its script', () => {
    const run = [ref('rerun-1-load-script.js', 'load-script'), ref('rerun-1-load-summary.json', 'load-summary'), ref('k6.log', 'log')];
    expect(summaryArtifact(run)).toBe('rerun-1-load-summary.json');
  });

  it('takes what there is otherwise', () => {
    expect(summaryArtifact([ref('points.json', 'load')])).toBe('points.json');
    expect(summaryArtifact([])).toBeNull();
  });
});
