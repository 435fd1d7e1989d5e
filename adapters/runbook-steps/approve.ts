import { text } from '../../config/catalog-fields.js';
import { own } from './step-kind.js';

export const approve = own('approve', {
  keys: { text: text('what is to be approved', 'write e.g. text: Go on with the second half?') },
  toAction: (fields) => ({ kind: 'approve', text: fields.text }),
  describe: (action) => action.text,
});
