import type { BisectSummary } from '../../core/model/bisect.js';
import { code, rich, type Rich } from '../rich-text.js';
import { times } from '../words.js';

/** The bisector's answer in one sentence: which commit, how certain, how much slower; or what else it found. */
export function changeSentence({ outcome, culprit, range, posterior, effect, reasons }: Omit<BisectSummary, 'workflowId'>): Rich {
  const sure = posterior === null ? '' : `, posterior ${posterior >= 0.99 ? 'above 0.99' : posterior.toFixed(2)}`;
  const slower =
    effect === null ? '' : `, ${times(effect.ratio)} its parent (95 % interval ${times(effect.ci[0])} to ${times(effect.ci[1])})`;
  if (outcome === 'culprit' && culprit !== null)
    return rich`commit ${code(culprit.commit.slice(0, 12))} ${code(culprit.subject)} by ${culprit.author}${slower}${sure}`;
  if (outcome === 'range' && range !== null)
    return rich`a commit after ${code(range[0].slice(0, 12))} up to ${code(range[1].slice(0, 12))}${slower}${sure}`;
  const why = reasons[0] === undefined ? '' : `: ${reasons[0]}`;
  switch (outcome) {
    case 'no-regression':
      return [`no commit made it slower${why}`];
    case 'not-in-code':
      return [`not in the code${why}`];
    case 'culprit':
    case 'range':
    case 'inconclusive':
      return [`the bisector could not tell${why}`];
  }
}
