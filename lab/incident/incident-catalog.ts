import { parse, stringify } from 'yaml';
import { z } from 'zod';

const catalogSchema = z.looseObject({ services: z.looseObject({ shop: z.looseObject({}) }) });

/** The lab's catalog with what an incident needs: people, ladders, receivers, the way back. Times are those of a demo. */
export function withIncidents(yaml: string, { pager, shopUrl }: { pager: string; shopUrl: string }): string {
  const { services, ...rest } = catalogSchema.parse(parse(yaml));
  const at = (person: string) => [{ kind: 'webhook', url: `${pager}/${person}` }];
  return stringify({
    ...rest,
    people: {
      alice: { name: 'Alice A.', role: 'On-Call Engineer', notify: at('alice') },
      bob: { name: 'Bob B.', role: 'Team Lead', notify: at('bob') },
    },
    oncall: { primary: { rotation: 'weekly', start: '2026-01-05', people: ['alice', 'bob'], overrides: [] } },
    escalation: {
      paging: [
        { level: 'L1', role: 'On-Call Engineer', after: '0s', notify: ['alice'] },
        { level: 'L2', role: 'Team Lead', after: '5m', notify: ['bob'] },
      ],
    },
    incidents: {
      declare: 'confirmed',
      watch: '3s',
      roles: { commander: 'alice', communications: 'bob' },
      notify: [{ kind: 'webhook', url: `${pager}/incidents` }],
      statusPage: { title: 'Shop status', components: { Orders: ['shop'] } },
    },
    services: {
      ...services,
      shop: {
        ...services.shop,
        owner: ['bob'],
        critical: true,
        // A page that reads the database: a service that only says that its process lives would look well.
        health: [`${shopUrl}/customers/4711/orders`],
        slo: { objective: 0.999, period: '30d' },
        traffic: { rate: 20 },
        deploy: { rollback: ['./deploy.sh', '--rollback'] },
      },
    },
  });
}
