import type pg from 'pg';
import type { CauseId } from '../core/model/cause.js';
import type { Outcome } from '../core/model/outcome.js';
import type { ShopConfigInput } from './shop/config.js';

export type PartnerName = 'recommendations' | 'payments' | 'carrier';

/** Where the cause really is. Each key that is given must agree with the answer. */
export interface TrueLocation {
  relation?: string;
  /** Leading columns, in this order. */
  columns?: string[];
  /** Any one of these functions (a caller charged with an inlined callee is right, too). */
  frames?: string[];
  /** File name without folder and extension. */
  file?: string;
  /** `GET /path`, as the service routes it. */
  route?: string;
  /** All of these words are in the statement. */
  statement?: string[];
  /** Name of the service that it waits for; `places` has its address. */
  partner?: string;
  pool?: true;
  /** Application name of the session at the root. */
  session?: string;
}

/** What the right answer is. */
export interface Truth {
  /** The cause, or null on a control: then naming any cause is a false accusation. */
  cause: { id: CauseId; location: TrueLocation } | null;
  /** Outcomes that are right. */
  outcomes: Outcome[];
}

/** How the alerted endpoint is called and what it may cost. */
export interface FaultEndpoint {
  name: string;
  method: 'GET' | 'POST';
  path: string;
  body?: Record<string, unknown>;
  budgets: { p95Ms?: number; errorRatio?: number };
  load: { executor: 'constant-vus'; vus: number } | { executor: 'constant-arrival-rate'; rate: number; maxVus: number };
  /**
   * What is slow by using up a core is slow at another rate on every machine. With `rate` the lab measures the broken shop first, one request after
   * another, and offers this many times what one core answers. With `budget` it measures the healthy and the broken shop under the load itself, and sets
   * the budget half way between them.
   */
  measured?: { rate: number } | 'budget';
  /** Judged part of the load, when the fault needs another length than the lab's default. */
  durationMs?: number;
}

/** What a fault may use to make itself felt while the shop runs. */
export interface FaultContext {
  shopUrl: string;
  /** A connected superuser in the shop's database. The lab ends it. */
  connect: (applicationName: string) => Promise<pg.Client>;
  shopPid: number;
  /** Connects as the shop's own role, which has no reserved slots. */
  shopDatabaseUrl: string;
}

/** Gives back what `apply` started or changed: the operator's fix. */
export type UndoFault = () => Promise<void>;

export interface Fault {
  name: string;
  kind: 'fault' | 'control';
  /** One line for `--list`. */
  title: string;
  endpoint: FaultEndpoint;
  /** Configuration of the shop that selects the slow way to do it. The undo starts the shop without. */
  shop?: Partial<ShopConfigInput>;
  /** Environment of the shop's process, ordinary settings only. */
  environment?: Record<string, string>;
  partnersAnswerAfterMs?: Partial<Record<PartnerName, number>>;
  /** How many requests a partner works on at a time; without, as many as come. */
  partnersServeAtOnce?: Partial<Record<PartnerName, number>>;
  /** Makes a change or starts background activity after the shop is up. */
  apply?: (context: FaultContext) => Promise<UndoFault>;
  truth: Truth;
}
