import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Fault } from '../../lab/fault.js';
import { faults } from '../../lab/faults/registry.js';
import { measureEndpoint } from '../../lab/cases/measure-endpoint.js';
import { freePort } from '../../adapters/kernel/free-port.js';
import { startLabPostgres, type LabPostgres } from '../../lab/stack/postgres.js';
import { createReleasers } from '../../lab/stack/releasers.js';
import { createShopDatabase } from '../../lab/stack/shop-database.js';
import { startShopLab, type ShopLab } from '../../lab/shop-lab.js';
import { getTool } from '../../lab/stack/tools.js';

const run = promisify(execFile);
const releasers = createReleasers();
let postgres: LabPostgres;
let scratch = '';

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'shop-test-'));
  releasers.add('files', () => {
    rmSync(scratch, { recursive: true, force: true });
  });
  postgres = await startLabPostgres();
  releasers.add('postgres', () => postgres.stop());
  await createShopDatabase(postgres, 'shop');
}, 90_000);

afterAll(async () => {
  expect(await releasers.releaseAll()).toEqual([]);
});

function faultNamed(name: string): Fault {
  const fault = faults.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`no fault ${name}`);
  return fault;
}

async function withShop(fault: Fault, work: (shop: ShopLab) => Promise<void>): Promise<void> {
  const shop = await startShopLab({ fault, postgres, database: 'shop', scratch: join(scratch, fault.name), port: await freePort() });
  try {
    await work(shop);
  } finally {
    expect(await shop.stop()).toEqual([]);
  }
}

const summarySchema = z.object({
  metrics: z.object({ http_req_failed: z.object({ value: z.number() }), http_reqs: z.object({ count: z.number() }) }),
});

describe('the healthy shop', () => {
  it('answers every alerted endpoint without an error', async () => {
    await withShop(faultNamed('healthy'), async (shop) => {
      for (const fault of faults) expect(await measureEndpoint(shop.url, fault.endpoint, 2), fault.name).toMatchObject({ failed: 0 });
    });
  }, 60_000);

  it('serves k6 without a failed request', async () => {
    await withShop(faultNamed('healthy'), async (shop) => {
      const script = join(scratch, 'load.js');
      const summary = join(scratch, 'summary.json');
      const endpoint = faultNamed('healthy').endpoint;
      writeFileSync(
        script,
        `import http from 'k6/http';\nexport const options = { vus: 2, iterations: 200 };\nexport default () => { http.get(${JSON.stringify(shop.url + endpoint.path)}); };\n`,
      );
      const k6 = await getTool('k6', () => undefined);
      await run(k6.path, ['run', '--quiet', '--summary-export', summary, script]);
      const { metrics } = summarySchema.parse(JSON.parse(readFileSync(summary, 'utf8')));
      expect(metrics).toMatchObject({ http_req_failed: { value: 0 }, http_reqs: { count: 200 } });
    });
  }, 120_000);
});

describe('breaking and repairing', { timeout: 120_000 }, () => {
  it('drops the index and brings it back', async () => {
    const indexes = async (): Promise<number> => {
      const client = await postgres.connect('shop');
      const found = await client.query("SELECT 1 FROM pg_indexes WHERE indexname = 'orders_customer_id_idx'");
      await client.end();
      return found.rowCount ?? 0;
    };
    await withShop(faultNamed('missing-index'), async (shop) => {
      expect(await indexes()).toBe(1);
      await shop.breakIt();
      expect(await indexes()).toBe(0);
      await shop.repair();
      expect(await indexes()).toBe(1);
    });
  });

  it('starts the shop anew on the same port with another way to do the work, and back', async () => {
    await withShop(faultNamed('hot-function'), async (shop) => {
      const pids = [shop.pid()];
      await shop.breakIt();
      pids.push(shop.pid());
      await shop.repair();
      pids.push(shop.pid());
      expect(new Set(pids).size).toBe(3);
      expect((await measureEndpoint(shop.url, faultNamed('hot-function').endpoint, 1)).failed).toBe(0);
    });
  });
});
