/** Loads of several parts: the steps of a stress test, a spike on top of a base, a ramp. Times are milliseconds, ratios 0..1. */

/** The executors of k6 that offer a load. The ramping ones belong to plans with stages. */
export type LoadExecutor = 'constant-vus' | 'ramping-vus' | 'constant-arrival-rate' | 'ramping-arrival-rate';

/** One part of a load, judged by itself: percentiles over several levels describe none of them. */
export interface LoadStage {
  /** Unique in its plan: small letters, digits and hyphens. */
  name: string;
  /** Open: requests arrive at a rate, whatever happens to the earlier ones. Closed: users wait for their answers. */
  model: 'open' | 'closed';
  /** Requests per second (open) or users (closed) at its beginning and at its end; equal when the level is held. */
  from: number;
  to: number;
  /** Milliseconds after the judged part of the run began. Stages of one model that follow each other are one stream of load; stages that overlap add up. */
  startMs: number;
  durationMs: number;
  /** False: it is offered and measured, but judged by no budget, like the extra load of a spike. */
  isJudged: boolean;
}
