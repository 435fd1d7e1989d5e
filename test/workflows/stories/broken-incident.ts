/** A build with a defect of ours: every task of an incident fails. */
export function respondToIncident(): Promise<never> {
  throw new TypeError('the build is broken');
}
