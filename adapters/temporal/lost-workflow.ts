/** A workflow that ends its own story completes; every other end came from outside, and nobody was told of it. */
const losses: Readonly<Record<string, string>> = {
  TERMINATED: 'terminated',
  FAILED: 'failed',
  TIMED_OUT: 'timed-out',
  CANCELLED: 'canceled',
};

/** Visibility's names of these ends. */
export const lossesInQueries = '"Terminated", "Failed", "TimedOut", "Canceled"';

/** How it was lost, by the status that Temporal gives; null: it runs, or ended its own story. */
export function lossOf(status: string): string | null {
  return losses[status] ?? null;
}
