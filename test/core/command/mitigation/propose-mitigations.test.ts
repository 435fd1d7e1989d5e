import { describe, expect, it } from 'vitest';
import type { CheckRow } from '../../../../core/command/checks/check.js';
import type { MitigationInput, SeenChange } from '../../../../core/command/mitigation/mitigation-input.js';
import { proposeMitigations } from '../../../../core/command/mitigation/propose-mitigations.js';

const shop = {
  ...{ name: 'shop', canRollBack: true, canRestart: true, cachePrefixes: ['cache:'], logFolders: ['/var/log/shop'] },
  databases: [
    { name: 'main', kind: 'postgres' },
    { name: 'cache', kind: 'redis' },
  ],
};
const deploy: SeenChange = {
  ...{ id: 'change-1', at: '2026-03-02T10:00:00Z', service: 'shop', kind: 'deploy', ref: 'v42', title: 'Sign prices' },
  ...{ verdict: 'suspected', revertible: true, rollback: null },
};
const input = (over: Partial<MitigationInput>): MitigationInput => ({
  ...{ onset: '2026-03-02T10:02:00Z', uncertaintyMs: 0, changeWindowMs: 3_600_000, services: [shop], changes: [], checks: [], causes: [] },
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
      ...{ planId: 'rollback-deploy-shop-v42', title: 'Take deploy v42 of shop back', evidence: ['change-1'] },
      why: 'Sign prices: deploy 120 s before the onset; suspected, not proven',
      ...{ runbook: 'rollback-deploy', parameters: { service: 'shop' }, service: 'shop' },
    });
  });

  it.each<[string, Partial<MitigationInput>]>([
    ['came after the onset', { changes: [{ ...deploy, at: '2026-03-02T10:02:01Z' }] }],
    ['came long before it', { changes: [{ ...deploy, at: '2026-03-02T09:01:59Z' }] }],
    ['was ruled out', { changes: [{ ...deploy, verdict: 'ruled-out-by-time' }] }],
    ['is of another service', { changes: [{ ...deploy, service: 'pay' }] }],
    ['cannot be taken back', { changes: [{ ...deploy, revertible: false }] }],
    ['no deployment takes back', { changes: [{ ...deploy, kind: 'flag' }] }],
    ['has no onset to compare with', { changes: [deploy], onset: null }],
    ['has no command to roll back', { changes: [deploy], services: [{ ...shop, canRollBack: false }] }],
  ])('proposes nothing for a change that %s', (_, over) => {
    expect(proposed(over)).toEqual([]);
  });

  it('proposes the runbook that whoever told of the change named, whatever its kind', () => {
    const changes = [{ ...deploy, kind: 'flag', rollback: 'disable-flag' }];
    expect(proposed({ changes, services: [{ ...shop, canRollBack: false }] })).toEqual([{ runbook: 'disable-flag', service: 'shop' }]);
  });

  it('tells a change within the uncertainty of the onset from one after it', () => {
    const changes = [{ ...deploy, at: '2026-03-02T10:03:00Z' }];
    expect(proposeMitigations(input({ changes, uncertaintyMs: 59_000 }))).toEqual([]);
    expect(proposeMitigations(input({ changes, uncertaintyMs: 60_000 }))[0]?.why).toContain('60 s after the onset, within its uncertainty');
  });

  it('puts the rollback of a suspected deploy before the restart of what is down', () => {
    const down = { changes: [deploy], checks: [found('service.health', 'shop')] };
    expect(proposed(down).map(({ runbook }) => runbook)).toEqual(['rollback-deploy', 'restart-service']);
    expect(proposed({ checks: [found('service.health', 'shop', 'warn')] })).toEqual([]);
  });

  it('hides no deploy behind a newer flag that has a runbook of its own, and takes the newest of each runbook', () => {
    const older = { ...deploy, id: 'older', ref: 'v41', at: '2026-03-02T09:40:00Z' };
    const flag = { ...deploy, id: 'flag', kind: 'flag', ref: 'async', at: '2026-03-02T10:01:00Z', rollback: 'switch-off' };
    const found = proposeMitigations(input({ changes: [older, deploy, flag] }));
    expect(found.map(({ runbook, evidence }) => [runbook, evidence[0]])).toEqual([
      ['switch-off', 'flag'],
      ['rollback-deploy', deploy.id],
    ]);
  });

  it.each([
    ['pool-exhausted', [{ runbook: 'restart-service', service: 'shop' }]],
    ['connection-leak', [{ runbook: 'restart-service', service: 'shop' }]],
    ['idle-in-transaction', [{ runbook: 'relieve-connections', database: 'shop/main' }]],
    ['missing-index', []],
  ])('for the cause %s', (rule, expected) => {
    expect(proposed({ causes: [{ evidence: 'triage:perf-1', service: 'shop', rule, title: rule }] })).toEqual(expected);
  });

  it('tells plans apart whose parameters read the same without their odd characters', () => {
    const twins = [{ ...shop, cachePrefixes: ['a:bc', 'a/bc'] }];
    const ids = proposeMitigations(input({ services: twins, checks: [found('redis.memory', 'cache')] })).map(({ planId }) => planId);
    expect(new Set(ids).size).toBe(2);
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
