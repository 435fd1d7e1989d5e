/** Entry of the workflow bundle: the names here are the workflow types. */
export { respondToIncident } from './respond/respond-to-incident.js';
export { bisectRegression } from './bisect/bisect-regression.js';
