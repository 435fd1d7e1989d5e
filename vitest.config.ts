import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';
import { namedFiles } from './test/support/named-files.js';

const shared = {
  environment: 'node',
  pool: 'forks' as const,
  // Bounds of time are no part of what is tested: these end what hangs, also on a machine that does other things.
  testTimeout: 60_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 50_000 } },
  globalSetup: ['test/support/global-setup.ts'],
  setupFiles: ['test/support/fixed-seed.ts'],
};

/**
 * Whole incidents under real load run alone, after everything else: what builds or starts beside a load is measured with it. Two at a time were no
 * faster, since a machine holds one load at a time. Searches of commits are none of them: they count processor time of a step of several times the work,
 * in loads of a second; nor is a worker that is killed under a load, which waits for heartbeats that are missed.
 */
const alone = namedFiles([
  'test/end-to-end/demo.test.ts',
  'test/end-to-end/first-incident.test.ts',
  'test/end-to-end/hand-off.test.ts',
  'test/end-to-end/incident-demo.test.ts',
  'test/end-to-end/other-services.test.ts',
  'test/end-to-end/runbook-load.test.ts',
]);

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'core',
          include: ['test/core/**/*.test.ts'],
          // Pure functions cannot disturb each other, and loading them anew for each of a hundred and sixty files took two thirds of their time.
          isolate: false,
          maxWorkers: 5,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/core/**', ...alone],
          // More than twice the cores: a third of the files wait far more than they compute, for timers, heartbeats and retries of a real server. Measured on two
          // cores: ladders 16 of 122 s, partition 10 of 104 s, mitigations 19 of 180 s, remedies 5 of 91 s of processor.
          maxWorkers: 5,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'end-to-end',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
