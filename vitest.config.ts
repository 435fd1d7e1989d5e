import { defineConfig } from 'vitest/config';

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
 * They wait far more than they compute: timers, heartbeats, retries of a real server. Measured on two cores: ladders 16 of 122 s, partition 10 of 104 s,
 * mitigations 19 of 180 s, remedies 5 of 91 s, board 1 of 26 s of processor. Two of them hold loads, searches of
 * commits: they count processor time of a step of several times the work, in loads of a second.
 */
const patient = [
  'test/workflows/**/*.test.ts',
  'test/worker/worker-version.test.ts',
  'test/database/remedies.test.ts',
  'test/end-to-end/incident-worker-crash.test.ts',
  'test/end-to-end/runbook-worker-crash.test.ts',
  'test/end-to-end/runbook-crash-matrix.test.ts',
  'test/end-to-end/bisect.test.ts',
  'test/end-to-end/bisect-worker-crash.test.ts',
  'test/adapters/checks/board.test.ts',
  'test/adapters/kernel/observe-service.test.ts',
  'test/adapters/profilers/inspector-lease.test.ts',
  'test/client/dev.test.ts',
];
/**
 * Whole incidents under real load run alone, after everything else: what builds or starts beside a load is measured with it. Two at a time were no
 * faster, since a machine holds one load at a time.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'patient',
          include: patient,
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/end-to-end/**', ...patient],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          exclude: patient,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
