import type { FaultEndpoint, Truth } from '../fault.js';

/** A service that is not the lab's shop: another framework, driver or language, with a defect that it always has. */
export interface Guest {
  name: string;
  kind: 'fault' | 'control';
  title: string;
  /**
   * Started with the URL of its database and that of its peer; it prints its port. `.mjs` runs in Node, `.py` in Python (`LAB_PYTHONPATH` is where its
   * packages are: the site-packages of a venv with lab/guests/requirements.txt), a folder is a Go program. Path from the root of the project.
   */
  program: string;
  /** What the program gets after the two. */
  words?: string[];
  /** Tables of its database. Absent: it has none, and the first argument is `-`. */
  schema?: string;
  /** Its database is as PostgreSQL comes: nobody created pg_stat_statements there. */
  hasNoStatements?: true;
  /** The service uses its database, and the catalog does not name it. */
  isDatabaseUnlisted?: true;
  /** The catalog names its database, and nobody gave the responder a way into it. */
  isDatabaseUnread?: true;
  /** What stands between it and its database: PgBouncer with so many connections in transaction mode, or a program that only passes bytes on. */
  between?: { poolerConnections: number } | 'tunnel';
  /** The service that it calls answers after so long. */
  peer?: { answerAfterMs: number };
  /** `profiler` of the catalog, when it is not `auto`; `{port}` is the service's. */
  profiler?: string | { pprofUrl: string };
  endpoint: FaultEndpoint;
  truth: Truth;
}
