import type { Fault } from '../../fault.js';
import { callOnce } from '../../background-traffic.js';
import { fillSlots } from '../surroundings/connection-limit.js';
import { poolExhausted } from '../surroundings/pool-exhausted.js';

/** The pool is at its own size and asks the server for nothing. */
export const fullServer: Fault = {
  ...poolExhausted,
  name: 'full-server',
  kind: 'control',
  title: 'requests queue for the small pool, and other programs hold nearly all the other sessions of the server',
  apply: async ({ shopUrl, shopDatabaseUrl }) => {
    // The pool opens its sessions before the others come; whoever watches finds two slots.
    await Promise.all(Array.from({ length: 12 }, async () => await callOnce(`${shopUrl}/orders/815/shipping`)));
    const held = await fillSlots(shopDatabaseUrl, 2);
    return async () => {
      await Promise.all(held.map((client) => client.end()));
    };
  },
};
