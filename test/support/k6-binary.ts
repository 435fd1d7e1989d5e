/** The k6 that the global set-up found or installed, in the product's own order. */
export function k6Binary(): string {
  const path = process.env['PERF_RESPONDER_K6'];
  if (path === undefined || path === '') {
    throw new Error('no k6 for this test: expected PERF_RESPONDER_K6 to name one; run the tests through vitest.config.ts or set it');
  }
  return path;
}
