import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../adapters/kernel/free-port.js';
import type { Fault } from './fault.js';
import { startIncidentLab, type IncidentLab } from './incident-lab.js';
import { buildLabCatalog, labService } from './lab-catalog.js';
import { startLabPostgres, type LabPostgres } from './stack/postgres.js';
import type { Releasers } from './stack/releasers.js';
import { fitToMachine } from './cases/fit-to-machine.js';
import { faults as allFaults } from './faults/registry.js';
import type { LabCase } from './cases/run-case.js';
import { cloneDatabase, createShopDatabase, dropDatabase, monitorRole } from './stack/shop-database.js';
import { startShopLab, type ShopLab } from './shop-lab.js';
import { openTemporalView, type TemporalView } from './stack/temporal-view.js';
import { getTool } from './stack/tools.js';

export interface LabSessionOptions {
  faults: Fault[];
  durationMs: number;
  warmUpMs: number;
  say: (message: string) => void;
  /** What the catalog says besides; absent: nothing. */
  adaptCatalog?: (yaml: string, shopUrl: string) => string;
  /** Everything that is started is given back here, also when the start is interrupted. */
  releasers: Releasers;
}

/** Everything that several incidents share: programs, PostgreSQL, Temporal with worker and hook, and the catalog of all endpoints. */
export interface LabSession {
  postgres: LabPostgres;
  incidents: IncidentLab;
  temporal: TemporalView;
  catalogFile: string;
  /** Removed with the session. */
  scratch: string;
  /** A fresh healthy shop with a fresh database. Stop it before the next one. */
  startShop: (fault: Fault) => Promise<ShopLab>;
  /** Catalog service and endpoint of a fault, as an alert names them. */
  target: (fault: Fault) => LabCase['target'];
}

const template = 'shop_template';
const database = 'shop';

/** A fault as a case of the lab: a healthy shop with a fresh database, then broken. */
export function shopCase(session: LabSession, fault: Fault): LabCase {
  const { name, kind, title, truth, endpoint } = fault;
  const start: LabCase['start'] = async () => {
    const shop = await session.startShop(fault);
    try {
      await shop.breakIt();
    } catch (error) {
      await shop.stop();
      throw error;
    }
    return { places: shop.places, repair: shop.takeBackCause, stop: shop.stop };
  };
  return { name, kind, title, truth, target: session.target(fault), budgetP95Ms: endpoint.budgets.p95Ms ?? 200, start };
}

export async function startLabSession(options: LabSessionOptions): Promise<LabSession> {
  const { releasers } = options;
  const { say } = options;
  const tools = await getTools(say);
  const scratch = mkdtempSync(join(tmpdir(), 'perf-responder-lab-'));
  releasers.add('files', () => {
    rmSync(scratch, { recursive: true, force: true });
  });
  const postgres = await startLabPostgres();
  releasers.add('PostgreSQL', () => postgres.stop());
  say(`PostgreSQL is up on port ${postgres.port}; filling the shop's tables`);
  await createShopDatabase(postgres, template);
  const shopPort = await freePort();
  const shopOptions = { postgres, database, scratch: join(scratch, 'shop'), port: shopPort };
  const startShop = async (fault: Fault): Promise<ShopLab> => {
    await dropDatabase(postgres, database);
    await cloneDatabase(postgres, template, database);
    const shop = await startShopLab({ ...shopOptions, fault });
    releasers.add('shop', async () => {
      await shop.stop();
    });
    return shop;
  };
  if (options.faults.some(({ endpoint }) => endpoint.measured !== undefined)) say('measuring what this machine needs to feel the faults');
  const faults = await fitToMachine(options.faults, allFaults, startShop);
  const shopUrl = `http://127.0.0.1:${shopPort}`;
  const catalog = buildLabCatalog(faults, { ...options, shopPort, shopUrl });
  const catalogFile = join(scratch, 'responder.yaml');
  writeFileSync(catalogFile, options.adaptCatalog?.(catalog.yaml, shopUrl) ?? catalog.yaml);
  const dataDir = join(scratch, 'data');
  mkdirSync(dataDir);
  const environment = { ...tools, SHOP_DATABASE_URL: postgres.url(database, monitorRole), PERF_RESPONDER_DATA: dataDir };
  const incidents = await startIncidentLab({ catalogFile, dataDir, environment });
  releasers.add('responder', () => incidents.stop());
  const temporal = await openTemporalView(incidents.address);
  releasers.add('connection to Temporal', () => temporal.close());
  say(`Temporal, worker and alert hook are up (${incidents.address}, hook ${incidents.hook})`);
  return {
    postgres,
    incidents,
    temporal,
    catalogFile,
    scratch,
    startShop,
    target: (fault) => ({ service: labService, endpoint: catalog.endpointOf.get(fault.name) ?? fault.endpoint.name }),
  };
}

export async function getTools(say: (message: string) => void): Promise<Record<string, string>> {
  const temporal = await getTool('temporal', say);
  const k6 = await getTool('k6', say);
  say(`temporal ${temporal.version} (${temporal.source}), k6 ${k6.version} (${k6.source})`);
  return { PERF_RESPONDER_TEMPORAL: temporal.path, PERF_RESPONDER_K6: k6.path };
}
