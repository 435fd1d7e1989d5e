/** The one workflow that numbers incidents. The workflow of an incident has the incident's own id. */
export const registryWorkflowId = 'incident-registry';
