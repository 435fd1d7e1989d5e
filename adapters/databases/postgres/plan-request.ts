import type { TableStatistics } from '../../../core/database/indexes/table-statistics.js';
import type { ParsedStatement } from '../../../core/database/sql/parse-statement.js';
import type { StatementDelta } from '../../../core/model/database.js';

/** What is known of a statement whose plan is wanted. */
export interface PlanRequest {
  parsed: ParsedStatement;
  /** Texts of running sessions with their real values, most often seen first; empty when none was seen. */
  samples: readonly ParsedStatement[];
  /**
   * The text as a session ran it, `$n` where the service sends a value, its own constants as it writes them: the server's counters make parameters of both,
   * and a wildcard is no word of a request. Null when no such text was seen.
   */
  template: ParsedStatement | null;
  statement: StatementDelta;
  tables: readonly TableStatistics[];
  views: readonly string[];
  /** Search path of whoever runs it in production. */
  path: readonly string[];
  /** Values of the requests that ran it; empty when they are not known. */
  requestValues: readonly string[];
}
