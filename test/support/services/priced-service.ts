/** A history of a small service: what each commit changes, and which one makes its requests expensive. */
import type { CommitSpec } from '../git-history.js';

/** A request hashes; `rounds` is what it costs. The health address costs nothing. */
const server = `const { createServer } = require('node:http');
const { price } = require('./price.js');
createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  try {
    response.end(price());
  } catch (error) {
    response.statusCode = 500;
    response.end(error.message);
  }
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

const priceOf = (rounds: number): string => `const { createHash } = require('node:crypto');
const goods = 'x'.repeat(4096);
exports.price = function price() {
  let digest = goods;
  for (let round = 0; round < ${rounds}; round += 1) digest = createHash('sha256').update(digest + goods).digest('hex');
  return digest;
};
`;

const cheapRounds = 60;
/** Eight times the work: far more than a noisy machine makes of it. */
const dearRounds = 480;

export const priceFile = 'price.js';
export const cheap = priceOf(cheapRounds);
export const dear = priceOf(dearRounds);
/** Answers at once, with an error: fast for the wrong reason. */
export const failing = `exports.price = () => { throw new Error('no goods'); };\n`;
export const builds = 'process.exit(0);\n';
export const doesNotBuild = `console.error('cannot compile'); process.exit(1);\n`;

export const firstCommit: CommitSpec = {
  message: 'A priced service',
  files: { 'server.js': server, [priceFile]: cheap, 'build.js': builds, 'notes.md': '0\n' },
};

/** Changes nothing that runs. */
export function note(index: number): CommitSpec {
  return { message: `Note ${index}`, files: { [`lib/part-${index}.js`]: `exports.part = ${index};\n` } };
}

export const commands = { build: 'node build.js', start: 'node server.js', health: 'http://127.0.0.1:{port}/healthz' };
