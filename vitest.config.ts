import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

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
 * faster, since a machine holds one load at a time. Searches of commits are none of them here: they count processor time of a step of several times the
 * work, in loads of a second.
 */
const alone = [
  'test/end-to-end/demo.test.ts',
  'test/end-to-end/first-incident.test.ts',
  'test/end-to-end/hand-off.test.ts',
  'test/end-to-end/incident-demo.test.ts',
  'test/end-to-end/other-services.test.ts',
  'test/end-to-end/runbook-load.test.ts',
  'test/end-to-end/worker-crash.test.ts',
];

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          // Twice the cores: a third of the files wait far more than they compute, for timers, heartbeats and retries of a real server. Measured on two
          // cores: ladders 16 of 122 s, partition 10 of 104 s, mitigations 19 of 180 s, remedies 5 of 91 s of processor.
          maxWorkers: 4,
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
