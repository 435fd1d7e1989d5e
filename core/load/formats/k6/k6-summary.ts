import { UnreadableInputError } from '../../../model/errors.js';
import { readToolText } from '../tool-text.js';
import { embeddedSummaries } from './embedded-summary.js';
import { readLoadSummary } from '../../read-summary.js';
import { isK6Summary } from '../../summary-shape.js';
import type { LoadFileFormat } from '../format.js';

/** The three JSON summaries of k6; the result tells which of them it was. */
export const k6Summary: LoadFileFormat = {
  id: 'k6-summary',
  expects: 'a k6 summary: the data of handleSummary, a --summary-export file or a machine-readable summary',
  tool: 'k6 0.30 to 2.x',
  command: 'k6 run --summary-trend-stats "avg,min,med,max,p(90),p(95),p(99),count" --summary-export summary.json script.js',
  exactness: 'exact; k6 prints no p(99) and no count unless it is told to, and its machine-readable summary holds no thresholds',
  detect: ({ document, firstLine, isComplete, text }) =>
    isK6Summary(document) || (isComplete && firstLine === undefined && embeddedSummaries(text).length > 0) ? 'yes' : 'no',
  read: async (source) => {
    const text = await readToolText(source, 'k6 summary');
    const [found, ...others] = embeddedSummaries(text);
    if (others.length > 0) {
      throw new UnreadableInputError(
        `k6 summary: expected the result of one run, got ${others.length + 1} in one text; give them one by one`,
      );
    }
    return readLoadSummary(found ?? text);
  },
};
