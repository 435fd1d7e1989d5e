import type { DatabaseEngine } from './database.js';

export const redis: DatabaseEngine = { kind: 'redis', title: 'Redis', defaultPort: 6379, peer: 'cache', look: null };
