import fc from 'fast-check';

/** The same cases in every run; another number tries others: `TEST_SEED=7 npx vitest run …`. */
fc.configureGlobal({ seed: Number(process.env['TEST_SEED'] ?? 20_261_128) });
