/** Entry of the workflow bundle: the names here are the workflow types. */
export { respondToIncident } from './respond/respond-to-incident.js';
export { bisectRegression } from './bisect/bisect-regression.js';
export { commandIncident } from './command/command-incident.js';
export { incidentRegistry } from './command/registry/incident-registry.js';
export { loadLease, loadOff } from './load/load-control.js';
export { undoRemedy } from './undo/undo-remedy.js';
export { executeRunbook } from './runbook/execute-runbook.js';
export { holdRunbookLock } from './runbook/lock.js';
