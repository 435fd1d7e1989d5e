import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import type { Diagnosis } from '../../../../core/model/diagnosis.js';
import { appFrame, captures, cpuProfileOf, nodeProcess, sockets } from '../captures.js';

/** A saturated service of which one function reads files, and whose collector runs below the same function. */
function answer(files: number, collector: number): Diagnosis {
  const frame = appFrame('loadPrices');
  const profile = cpuProfileOf([
    { category: 'file-io', share: files, callers: [{ frame, share: files }] },
    { category: 'gc', share: collector, callers: [{ frame, share: collector / 10 }] },
    { category: 'framework', share: 1 - files - collector },
  ]);
  const service = { process: nodeProcess({ mainCores: 0.97 }), wire: sockets({ unread: 15, inside: 5 }), missing: [] };
  return diagnose(captures({ profile, service }));
}

describe('a collector that files feed', () => {
  it('is no cause beside the function that reads them, and counts with its work', () => {
    const { causes, ruledOut } = answer(0.4, 0.33);
    expect(causes).toMatchObject([{ id: 'hot-function', location: { frame: 'loadPrices' } }]);
    expect(ruledOut.find(({ id }) => id === 'gc-pressure')?.reason).toContain(
      'loadPrices (/srv/app/loadPrices.js:12) reads and writes the files',
    );
  });

  it('is the cause where it holds more than the files', () => {
    expect(answer(0.2, 0.5).causes[0]?.id).toBe('gc-pressure');
  });
});
