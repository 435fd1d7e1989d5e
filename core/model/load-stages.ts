/** Loads of several parts: the steps of a stress test, a spike upon a base, a ramp. Times are milliseconds, ratios 0..1. */

/** The executors of k6 that a load is offered by. The ramping ones belong to plans with stages. */
export type LoadExecutor = 'constant-vus' | 'ramping-vus' | 'constant-arrival-rate' | 'ramping-arrival-rate';

/** One part of a load, judged apart: percentiles of a whole run with several levels describe none of them. */
export interface LoadStage {
  /** Unique in its plan: small letters, digits and hyphens. */
  name: string;
  /** Open: requests arrive at a rate, whatever becomes of the earlier ones. Closed: users who wait for their answers. */
  model: 'open' | 'closed';
  /** Requests per second (open) or users (closed) at its begin and at its end; equal when the level is held. */
  from: number;
  to: number;
  /** Since the judged part of the run began. Stages of one model that follow each other are one stream of load; those that overlap add up. */
  startMs: number;
  durationMs: number;
  /** False: offered and measured, but no budget is held against it, as with the extra load of a spike. */
  isJudged: boolean;
}
