import { text } from '../../config/catalog-fields.js';
import { own } from './step-kind.js';

export const note = own('note', {
  keys: { text: text('a text', 'write e.g. text: The cache is cold now') },
  toAction: (fields) => ({ kind: 'note', text: fields.text }),
  describe: (action) => action.text,
});
