/** The one workflow that numbers incidents. The workflow id of an incident is the incident's own id. */
export const registryWorkflowId = 'incident-registry';
