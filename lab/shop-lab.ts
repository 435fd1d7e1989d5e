import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { z } from 'zod';
import { startProgram, type ChildProgram } from './stack/child-program.js';
import type { Fault, PartnerName, UndoFault } from './fault.js';
import type { LabPostgres } from './stack/postgres.js';
import { compiledProgram } from './program-path.js';
import { createReleasers } from './stack/releasers.js';
import type { Places } from './cases/score.js';
import { monitorRole, shopRole } from './stack/shop-database.js';
import type { ShopConfigInput } from './shop/config.js';

const readySchema = z.object({ port: z.int() });

/** A shop in its own process, with the services it calls, on one database. */
export interface ShopLab {
  url: string;
  port: number;
  pid: () => number;
  database: string;
  /** What the responder connects with. */
  monitorUrl: string;
  /** What the names in the fault's truth are here. */
  places: Places;
  /** Makes the fault felt. Until then the shop is healthy. */
  breakIt: () => Promise<void>;
  /** What an operator would do: undo the change, or go back to the healthy configuration (same port), with partners as quick as healthy ones. */
  repair: () => Promise<void>;
  /** The same, and nothing that is not the cause: partners that are slow beside it stay slow. What it brings is what a forecast is about. */
  takeBackCause: () => Promise<void>;
  stop: () => Promise<string[]>;
}

interface PartnerPace {
  answerAfterMs: number;
  /** Null = as many as come. */
  atOnce: number | null;
}

/** As fast as a partner in the same data centre. */
const healthyPace: PartnerPace = { answerAfterMs: 5, atOnce: null };
const partnerNames = ['recommendations', 'payments', 'carrier'] as const;

export interface ShopLabOptions {
  fault: Fault;
  postgres: LabPostgres;
  database: string;
  /** Holds configuration and access log. */
  scratch: string;
  port: number;
}

export async function startShopLab(options: ShopLabOptions): Promise<ShopLab> {
  const releasers = createReleasers();
  try {
    return await assemble(options, releasers);
  } catch (error) {
    await releasers.releaseAll();
    throw error;
  }
}

function paceIn(fault: Fault, partner: PartnerName): PartnerPace {
  return {
    answerAfterMs: fault.partnersAnswerAfterMs?.[partner] ?? healthyPace.answerAfterMs,
    atOnce: fault.partnersServeAtOnce?.[partner] ?? null,
  };
}

interface Partners {
  urls: Record<PartnerName, string>;
  peers: Record<PartnerName, string>;
  setPace: (paceOf: (partner: PartnerName) => PartnerPace) => Promise<void>;
}

/** Each takes a port by itself and keeps it: what is changed later is its pace, not the process. */
async function startPartners(releasers: ReturnType<typeof createReleasers>): Promise<Partners> {
  const start = async (partner: PartnerName): Promise<string> => {
    const options = ['--answer-after-ms', String(healthyPace.answerAfterMs)];
    const program = await startProgram(compiledProgram('lab/partners/server.js'), options, { readyWithinMs: 15_000 });
    releasers.add(partner, () => program.stop(1000));
    return `127.0.0.1:${readySchema.parse(program.ready).port}`;
  };
  const peers = {
    recommendations: await start('recommendations'),
    payments: await start('payments'),
    carrier: await start('carrier'),
  };
  const setPace: Partners['setPace'] = async (paceOf) => {
    for (const partner of partnerNames) {
      const response = await fetch(`http://${peers[partner]}/pace`, { method: 'PUT', body: JSON.stringify(paceOf(partner)) });
      if (!response.ok) throw new Error(`${partner} did not change its pace: ${response.status} ${await response.text()}`);
    }
  };
  const urls = {
    recommendations: `http://${peers.recommendations}`,
    payments: `http://${peers.payments}`,
    carrier: `http://${peers.carrier}`,
  };
  return { urls, peers, setPace };
}

async function assemble(options: ShopLabOptions, releasers: ReturnType<typeof createReleasers>): Promise<ShopLab> {
  const { fault, postgres, database, scratch, port } = options;
  mkdirSync(scratch, { recursive: true });
  const partners = await startPartners(releasers);
  let shop: ChildProgram | null = null;
  let undo: UndoFault | null = null;
  const clients: pg.Client[] = [];
  const sessions = new Map<string, number[]>();
  const startShop = async (settings: Partial<ShopConfigInput>, environment: Record<string, string>) => {
    await shop?.stop();
    const config = join(scratch, 'shop.json');
    writeFileSync(config, JSON.stringify({ port, partners: partners.urls, ...settings }));
    const shopArguments = ['--config', config, '--access-log', join(scratch, 'access.log')];
    const url = { SHOP_DATABASE_URL: postgres.url(database, shopRole) };
    shop = await startProgram(compiledProgram('lab/shop/server.js'), shopArguments, {
      readyWithinMs: 20_000,
      // Any free port for the inspector, so that several labs can run on one machine.
      nodeArguments: ['--inspect-port=0'],
      environment: { ...url, ...environment },
    });
    readySchema.parse(shop.ready);
  };
  const takeBack = async () => {
    await undo?.();
    undo = null;
    for (let client = clients.pop(); client !== undefined; client = clients.pop()) await client.end();
  };
  releasers.add('shop', async () => await shop?.stop());
  releasers.add('fault', takeBack);
  await startShop({}, {});
  const connect = async (applicationName: string) => {
    const client = await postgres.connect(database, applicationName);
    clients.push(client);
    const self = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    sessions.set(applicationName, [...(sessions.get(applicationName) ?? []), ...self.rows.map((row) => row.pid)]);
    return client;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: () => shop?.pid ?? 0,
    database,
    monitorUrl: postgres.url(database, monitorRole),
    places: { peers: partners.peers, sessions },
    breakIt: async () => {
      await partners.setPace((partner) => paceIn(fault, partner));
      if (fault.shop !== undefined || fault.environment !== undefined) await startShop(fault.shop ?? {}, fault.environment ?? {});
      const shopDatabaseUrl = postgres.url(database, shopRole);
      undo = (await fault.apply?.({ shopUrl: `http://127.0.0.1:${port}`, connect, shopPid: shop?.pid ?? 0, shopDatabaseUrl })) ?? null;
    },
    repair: async () => {
      await takeBack();
      await partners.setPace(() => healthyPace);
      if (fault.shop !== undefined || fault.environment !== undefined) await startShop({}, {});
    },
    takeBackCause: async () => {
      await takeBack();
      if (fault.truth.cause?.location.partner !== undefined) await partners.setPace(() => healthyPace);
      if (fault.shop !== undefined || fault.environment !== undefined) await startShop({}, {});
    },
    stop: () => releasers.releaseAll(),
  };
}
