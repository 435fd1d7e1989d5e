/** A history of a small service whose requests wait on a timer: no CPU, no peer, no database tells why it is slow. */
import type { CommitSpec } from '../git-history.js';

const server = `const { createServer } = require('node:http');
const { settle } = require('./settle.js');
createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  settle().then(() => response.end('{"price":12}'));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

const settling = (pauseMs: number): string => `exports.settle = () => new Promise((done) => setTimeout(done, ${pauseMs}));\n`;

/** The short one is long beside the delays of a busy machine, so that runs of one commit are alike; the step is large beside both. */
const shortPauseMs = 25;
const longPauseMs = 110;

const note = (index: number): CommitSpec => ({ message: `Note ${index}`, files: { 'notes.md': `${index}\n` } });

export const waitingCulprit = 9;
export const culpritSubject = 'Wait until the price has settled';

/** 14 commits; the culprit changes nothing but how long a request waits. */
export const waitingHistory: readonly CommitSpec[] = [
  { message: 'A service of prices', files: { 'server.js': server, 'settle.js': settling(shortPauseMs), 'notes.md': '0\n' } },
  ...Array.from({ length: waitingCulprit - 1 }, (_, index) => note(index + 1)),
  { message: culpritSubject, files: { 'settle.js': settling(longPauseMs) } },
  ...Array.from({ length: 4 }, (_, index) => note(waitingCulprit + 1 + index)),
];

export const waitingCommands = { start: 'exec node server.js', health: 'http://127.0.0.1:{port}/healthz' };
