import { describe, expect, it } from 'vitest';
import type { CheckRow } from '../../../../core/command/checks/check.js';
import { proposeMitigations, type MitigationInput, type SeenChange } from '../../../../core/command/mitigation/propose-mitigations.js';

const shop = {
  ...{ name: 'shop', canRollBack: true, canRestart: true, cachePrefixes: ['cache:'], logFolders: ['/var/log/shop'] },
  databases: [
    { name: 'main', kind: 'postgres' },
    { name: 'cache', kind: 'redis' },
  ],
};
const deploy: SeenChange = {
  ...{ id: 'change-1', at: '2026-03-02T10:00:00Z', service: 'shop', kind: 'deploy', ref: 'v42', title: 'Sign prices' },
  ...{ verdict: 'suspected', revertible: true },
};
const input = (over: Partial<MitigationInput>): MitigationInput => ({
  ...{ onset: '2026-03-02T10:02:00Z', changeWindowMs: 3_600_000, services: [shop], changes: [], checks: [], causes: [] },
  ...over,
});
const found = (id: string, target: string, verdict: CheckRow['verdict'] = 'fail'): CheckRow => ({
  ...{ id, area: 'service', target, verdict, value: null, limit: null, detail: `${id} is bad`, command: null, remedy: null, tookMs: 1 },
});
const proposed = (over: Partial<MitigationInput>) =>
  proposeMitigations(input(over)).map(({ runbook, parameters }) => ({ runbook, ...parameters }));

describe('mitigations', () => {
  it('proposes to roll a deploy back that came before the onset, and says that it is suspected', () => {
    const [proposal] = proposeMitigations(input({ changes: [deploy] }));
    expect(proposal).toEqual({
      ...{ planId: 'rollback-deploy service=shop', kind: 'runbook', title: 'Roll back shop (v42)', evidence: ['change-1'] },
      why: 'Sign prices was deployed 120 s before the onset; suspected, not proven',
      ...{ runbook: 'rollback-deploy', parameters: { service: 'shop' }, service: 'shop' },
    });
  });

  it.each<[string, Partial<MitigationInput>]>([
    ['came after the onset', { changes: [{ ...deploy, at: '2026-03-02T10:02:01Z' }] }],
    ['came long before it', { changes: [{ ...deploy, at: '2026-03-02T09:01:59Z' }] }],
    ['was ruled out', { changes: [{ ...deploy, verdict: 'ruled-out-by-time' }] }],
    ['is of another service', { changes: [{ ...deploy, service: 'pay' }] }],
    ['cannot be taken back', { changes: [{ ...deploy, revertible: false }] }],
    ['is no deploy', { changes: [{ ...deploy, kind: 'flag' }] }],
    ['has no onset to compare with', { changes: [deploy], onset: null }],
    ['has no command to roll back', { changes: [deploy], services: [{ ...shop, canRollBack: false }] }],
  ])('proposes nothing for a change that %s', (_, over) => {
    expect(proposed(over)).toEqual([]);
  });

  it.each([
    ['postgres.connections', 'main', [{ runbook: 'relieve-connections', database: 'shop/main' }]],
    ['postgres.long-statements', 'shop/main', [{ runbook: 'terminate-long-query', database: 'shop/main', olderThan: '30s' }]],
    ['service.memory', 'shop', [{ runbook: 'restart-service', service: 'shop' }]],
    ['redis.memory', 'cache', [{ runbook: 'redis-drop-keys', database: 'shop/cache', prefix: 'cache:' }]],
    ['network.tls', 'shop.example:8443', [{ runbook: 'renew-certificate', host: 'shop.example:8443' }]],
    ['host.disk', '/var', [{ runbook: 'clean-old-logs', folder: '/var/log/shop' }]],
    ['host.disk', '/srv', []],
    ['host.load', 'host', []],
  ])('%s of %s', (id, target, expected) => {
    expect(proposed({ checks: [found(id, target)] })).toEqual(expected);
    expect(proposed({ checks: [found(id, target, 'ok'), found(id, target, 'unknown')] })).toEqual([]);
  });

  it('proposes one restart for two reasons', () => {
    const causes = [{ evidence: 'perf-1', service: 'shop', rule: 'pool-exhausted', title: 'The pool is used up' }];
    const proposals = proposeMitigations(input({ causes, checks: [found('service.memory', 'shop')] }));
    expect(proposals).toMatchObject([{ runbook: 'restart-service', evidence: ['perf-1', 'service.memory:shop'] }]);
  });
});
