/** What an execution of the statement did at one table, over all its scans; null numbers when there are only estimates. */
export interface ScanWork {
  relation: string;
  rowsKept: number | null;
  rowsDropped: number | null;
  /** Rows that the planner expects to keep. */
  rowsEstimated: number;
}
