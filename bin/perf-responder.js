#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const compiled = new URL('../dist/main.js', import.meta.url);
if (existsSync(fileURLToPath(compiled))) {
  // Loading takes longer than people like to look at nothing. The program takes this line away as soon as it runs.
  if (process.stderr.isTTY && process.env.TERM !== 'dumb') process.stderr.write('loading …');
  const { main } = await import(compiled.href);
  await main(process.argv);
} else {
  process.stderr.write(
    'perf-responder: expected the compiled program in dist/, but it is not built; run npm run build in the project folder\n',
  );
  process.exitCode = 1;
}
