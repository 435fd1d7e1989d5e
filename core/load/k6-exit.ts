/** What k6's exit code says about its run (`errext/exitcodes` of k6 1.x and 2.x, and the shells' own). */
export type K6Ending =
  /** Finished, thresholds crossed or not. */
  | 'result'
  /** Ended early by a signal, the REST API or the script: the numbers are partial. */
  | 'partial'
  /** The script or its options cannot work; the same input fails again. */
  | 'bad-script'
  /** The port of the REST API was taken: again, on another. */
  | 'port-taken'
  /** May work another time. */
  | 'failed-once'
  /** Killed from outside, most often for want of memory. */
  | 'killed'
  | 'failed';

export function k6Ending(code: number | null): K6Ending {
  switch (code) {
    case 0:
    case 99:
    case 110:
      return 'result';
    case 103:
    case 105:
    case 108:
      return 'partial';
    case 104:
    case 107:
    case 255:
      return 'bad-script';
    case 106:
      return 'port-taken';
    case 100:
    case 101:
    case 102:
    case 109:
      return 'failed-once';
    case null:
    case 137:
    case 143:
      return 'killed';
    default:
      return 'failed';
  }
}
