/** A statement that may wait long for old transactions (CREATE or DROP INDEX CONCURRENTLY), run under our own deadline and cancelled at the server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Session } from '../databases/postgres/session.js';

export interface LongStatement {
  /** Runs the statement. Not bound to the signal: a connection that is cut leaves the server at work. */
  worker: Session;
  /** Looks at it meanwhile, and cancels it. */
  watcher: Session;
  statement: string;
  signal: AbortSignal;
  onProgress: (text: string) => void;
  limits: BuildLimits;
}

export interface BuildLimits {
  /** For the whole statement. */
  deadlineMs: number;
  /** For one transaction of somebody else that it waits for. */
  waitMs: number;
  /** Of a replica when a build begins; ten seconds when absent. */
  replicaLagMs?: number;
}

export type Ended = { ok: true } | { ok: false; why: string; error: unknown };

const lookMs = 500;

const progressRow = z.object({ phase: z.string().nullable(), percent: z.number().nullable(), waitsFor: z.string().nullable() });

/**
 * No lock_timeout: it would count the wait for transactions that are older than the build, which nobody queues behind. Instead the wait for one of them
 * has a limit of its own. Whatever ends it early cancels the statement at the server and waits until it has stopped there.
 */
export async function runLong(order: LongStatement): Promise<Ended> {
  const { worker, limits } = order;
  const [self] = await worker.query('SELECT pg_backend_pid() AS pid', z.object({ pid: z.number() }));
  const pid = self?.pid ?? 0;
  await worker.run('SET statement_timeout = 0');
  await worker.run('SET lock_timeout = 0');
  const state: { ended: Ended | null } = { ended: null };
  const running = worker.run(order.statement).then(
    () => (state.ended = { ok: true }),
    (error: unknown) => (state.ended = { ok: false, why: error instanceof Error ? error.message : String(error), error }),
  );
  const giveUp = await watch(order, pid, state, Date.now() + limits.deadlineMs);
  if (giveUp !== null) await cancelAtServer(order.watcher, pid, state);
  const ended = await running;
  return ended.ok || giveUp === null ? ended : { ...ended, why: giveUp };
}

async function watch(order: LongStatement, pid: number, state: { ended: Ended | null }, deadline: number): Promise<string | null> {
  const { watcher, signal, onProgress, limits } = order;
  const waiting: { forWhom: string | null; since: number } = { forWhom: null, since: 0 };
  while (state.ended === null) {
    if (signal.aborted) return 'it was cancelled';
    if (Date.now() > deadline) return `it did not end within ${limits.deadlineMs / 60_000} minutes`;
    const { phase, percent, waitsFor } = await lookAt(watcher, pid);
    onProgress(
      `${phase ?? 'running'}${percent === null ? '' : `, ${percent.toFixed(0)} %`}${waitsFor === null ? '' : `, waits for session ${waitsFor}`}`,
    );
    if (waiting.forWhom !== waitsFor) Object.assign(waiting, { forWhom: waitsFor, since: Date.now() });
    if (waitsFor !== null && Date.now() - waiting.since > limits.waitMs)
      return `session ${waitsFor} kept its transaction open for more than ${limits.waitMs / 1000} s, and a concurrent build waits for its end`;
    await sleep(lookMs);
  }
  return null;
}

async function lookAt(watcher: Session, pid: number): Promise<z.infer<typeof progressRow>> {
  const rows = watcher.query(
    `SELECT p.phase, (100.0 * p.blocks_done / nullif(p.blocks_total, 0))::float8 AS percent,
            (SELECT w.pid::text || ' (' || coalesce(nullif(w.application_name, ''), 'unnamed') || ')' FROM pg_stat_activity w
             WHERE a.wait_event_type = 'Lock' AND w.pid = ANY(pg_blocking_pids(a.pid)) LIMIT 1) AS "waitsFor"
     FROM pg_stat_activity a LEFT JOIN pg_stat_progress_create_index p USING (pid) WHERE a.pid = $1`,
    progressRow,
    [pid],
  );
  // A look that fails changes nothing for the build; its own end tells what happened.
  const [row] = await rows.catch(() => []);
  return row ?? { phase: null, percent: null, waitsFor: null };
}

/** Again until it listens: a cancel that comes between two waits is answered at the next one. */
async function cancelAtServer(watcher: Session, pid: number, state: { ended: Ended | null }): Promise<void> {
  const say = async (how: string): Promise<unknown> =>
    await watcher.query(`SELECT ${how}($1) AS ok`, z.object({ ok: z.boolean() }), [pid]).catch(() => undefined);
  for (let tries = 0; state.ended === null && tries < 40; tries++) {
    await say('pg_cancel_backend');
    await sleep(lookMs / 2);
  }
  if (state.ended === null) await say('pg_terminate_backend');
}
