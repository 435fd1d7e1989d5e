import { text } from '../../config/catalog-fields.js';
import { own } from './step-kind.js';

export const manual = own('manual', {
  keys: { text: text('what a person shall do or look at', 'write e.g. text: No red tile for a minute?') },
  toAction: (fields) => ({ kind: 'manual', text: fields.text }),
  describe: (action) => action.text,
});
