import { text } from '../../config/catalog-fields.js';
import { own } from './step-kind.js';

function isEndpointKey(value: string): boolean {
  return /^[^/]+\/[^/]+$/.test(value);
}

export const load = own('load', {
  keys: { endpoint: text('the key of an endpoint, service/endpoint', 'write e.g. endpoint: shop/place-order', isEndpointKey) },
  toAction: ({ endpoint }) => ({ kind: 'load', endpoint }),
  describe: ({ endpoint }) => `the load of ${endpoint}`,
});
