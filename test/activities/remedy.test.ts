import { inActivity } from '../support/in-activity.js';
import { describe, expect, it } from 'vitest';
import type { RemedyPlan } from '../../activities/contract.js';
import { createActivities } from '../../activities/create-activities.js';
import type { ActivityDependencies, RemedyOrder } from '../../activities/dependencies.js';
import { createIndexCause } from '../support/stories/fake-incident.js';
import { fakeDependencies, remediesDoing } from '../support/stories/fake-dependencies.js';

const now = '2026-11-24T10:00:00.000Z';

async function planOf(change: Parameters<typeof fakeDependencies>[0] = {}): Promise<RemedyPlan | null> {
  return createActivities(await fakeDependencies(change)).planRemedy('i-1', 'shop/orders', [createIndexCause], now);
}

describe('planRemedy', () => {
  it('plans the remedy that the catalog allows, with its undo and its end', async () => {
    const cause = {
      ...createIndexCause,
      remedy: { ...createIndexCause.remedy, statement: 'CREATE INDEX CONCURRENTLY orders_idx ON orders (a)' },
    };
    const plan = await createActivities(await fakeDependencies()).planRemedy('i-1', 'shop/orders', [cause], now);
    expect(plan).toMatchObject({ causeId: 'missing-index', database: 'main', undo: 'DROP INDEX CONCURRENTLY IF EXISTS orders_idx' });
    expect(plan?.expiresAt).toBe('2026-11-24T12:00:00.000Z');
    expect(plan?.planId).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(plan)).not.toContain('s3cret');
  });

  it('does not invent a name for the undo', async () => {
    expect((await planOf())?.undo).toBe('DROP INDEX CONCURRENTLY with the name that the database gave the index');
  });

  it('plans nothing that the catalog does not allow, and nothing when the database is not clear', async () => {
    const { catalog } = await fakeDependencies();
    expect(await planOf({ catalog: { ...catalog, remedies: () => [] } })).toBeNull();
    expect(await inActivity(() => planOf({ catalog: { ...catalog, remedies: () => ['runbook'] } }))).toBeNull();
    expect(await planOf({ catalog: withDatabases(catalog, 'a', 'b') })).toBeNull();
  });

  it('plans and applies it on the database that the cause names, and passes over causes whose database is not in the catalog', async () => {
    const { catalog } = await fakeDependencies();
    const orders: RemedyOrder[] = [];
    const createIndex = (order: RemedyOrder) => {
      orders.push(order);
      return Promise.resolve({ applied: true, detail: 'created' });
    };
    const remedies = remediesDoing({ 'create-index': createIndex });
    const activities = createActivities(await fakeDependencies({ catalog: withDatabases(catalog, 'ledger', 'archive'), remedies }));
    const on = (database: string) => ({ ...createIndexCause, location: { ...createIndexCause.location, database } });
    const plan = await activities.planRemedy('i-1', 'shop/orders', [on('elsewhere'), on('archive'), on('ledger')], now);
    expect(plan?.database).toBe('archive');
    if (plan === null) return;
    await inActivity(() => activities.applyRemedy('i-1', 'shop/orders', plan));
    expect(orders.map(({ url }) => url)).toEqual(['postgres://archive']);
  });
});

it('looks by one connection and changes by another, and says which is not there', async () => {
  const { catalog } = await fakeDependencies();
  const orders: RemedyOrder[] = [];
  const createIndex = (order: RemedyOrder) => {
    orders.push(order);
    return Promise.resolve({ applied: true, detail: 'created' });
  };
  const remedies = remediesDoing({ 'create-index': createIndex });
  const main = { name: 'main', kind: 'postgres', url: 'postgres://reader@db/shop', mayBeSuperuser: false };
  const applyWith = async (change: { remedyUrl?: string | null }): Promise<void> => {
    const connected = { ...catalog, databases: () => ({ databases: [{ ...main, ...change }], missing: [] }) };
    const activities = createActivities(await fakeDependencies({ catalog: connected, remedies }));
    const plan = await activities.planRemedy('i-1', 'shop/orders', [createIndexCause], now);
    await inActivity(() => activities.applyRemedy('i-1', 'shop/orders', plan ?? expect.fail('no plan')));
  };
  await applyWith({ remedyUrl: 'postgres://owner@db/shop' });
  await applyWith({});
  expect(orders.map(({ url, mayBeSuperuser }) => [url, mayBeSuperuser])).toEqual([
    ['postgres://owner@db/shop', false],
    ['postgres://reader@db/shop', false],
  ]);
  await expect(applyWith({ remedyUrl: null })).rejects.toThrow(/remedyConnection of main: expected its secret/);
  expect(orders).toHaveLength(2);
});

function withDatabases(catalog: ActivityDependencies['catalog'], ...names: string[]): ActivityDependencies['catalog'] {
  const databases = names.map((name) => ({ name, kind: 'postgres' as const, url: `postgres://${name}`, mayBeSuperuser: false }));
  return { ...catalog, databases: () => ({ databases, missing: [] }) };
}

describe('applyRemedy', () => {
  it('does what was approved and tags it with the incident', async () => {
    const orders: RemedyOrder[] = [];
    const createIndex = (order: RemedyOrder) => {
      orders.push(order);
      return Promise.resolve({ applied: true, detail: 'created in 1.2 s' });
    };
    const remedies = remediesDoing({ 'create-index': createIndex });
    const activities = createActivities(await fakeDependencies({ remedies }));
    const plan = await activities.planRemedy('i-1', 'shop/orders', [createIndexCause], now);
    expect(plan).not.toBeNull();
    if (plan === null) return;
    const applied = await inActivity(() => activities.applyRemedy('i-1', 'shop/orders', plan));
    expect(applied).toMatchObject({ planId: plan.planId, applied: true, detail: 'created in 1.2 s' });
    expect(orders.map(({ statement, tag }) => [statement, tag])).toEqual([[createIndexCause.remedy.statement, 'i-1']]);
  });

  it('refuses a plan whose content is not what was approved', async () => {
    const activities = createActivities(await fakeDependencies());
    const plan = await activities.planRemedy('i-1', 'shop/orders', [createIndexCause], now);
    const forged = plan && { ...plan, remedy: { ...plan.remedy, statement: 'DROP TABLE orders' } };
    const applying = inActivity(() => activities.applyRemedy('i-1', 'shop/orders', forged as RemedyPlan));
    await expect(applying).rejects.toMatchObject({ type: 'RefusedError', nonRetryable: true });
  });

  it('refuses what the catalog no longer allows', async () => {
    const deps = await fakeDependencies();
    const plan = await createActivities(deps).planRemedy('i-1', 'shop/orders', [createIndexCause], now);
    const strict = createActivities({ ...deps, catalog: { ...deps.catalog, remedies: () => [] } });
    await expect(inActivity(() => strict.applyRemedy('i-1', 'shop/orders', plan as RemedyPlan))).rejects.toThrow(/the catalog allows/);
  });
});
