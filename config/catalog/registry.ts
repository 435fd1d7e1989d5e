/** All parts of the catalog. A wing adds its keys with one line here; what no fragment brings is an unknown key. */
import { alerts } from './alerts.js';
import { artifacts } from './artifacts.js';
import { databases } from './databases.js';
import { encryption } from './encryption.js';
import { guards } from './guards.js';
import { hook } from './hook.js';
import { incidents } from './incidents.js';
import { load } from './load.js';
import { notify } from './notify.js';
import { onCall } from './on-call.js';
import { operations } from './operations.js';
import { people } from './people.js';
import { process } from './process.js';
import { profiler } from './profiler.js';
import { remedies } from './remedies.js';
import { repository } from './repository.js';
import { wanted } from './wanted.js';
import { worker } from './worker.js';

export const fragments = [
  hook,
  alerts,
  load,
  guards,
  process,
  profiler,
  databases,
  repository,
  remedies,
  notify,
  people,
  onCall,
  incidents,
  operations,
  wanted,
  worker,
  artifacts,
  encryption,
] as const;
