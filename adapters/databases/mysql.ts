import type { DatabaseEngine } from './database.js';

export const mysql: DatabaseEngine = { kind: 'mysql', title: 'MySQL', defaultPort: 3306, peer: 'database', look: null };
