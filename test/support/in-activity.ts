import { MockActivityEnvironment } from '@temporalio/testing';

/** Runs a call of an activity as the SDK would, with heartbeats and cancellation. One environment a call: a cancellation stays. */
export function inActivity<T>(call: () => Promise<T>, environment = new MockActivityEnvironment()): Promise<T> {
  return environment.run<[], T, () => Promise<T>>(call);
}
