import { handOffFacts } from '../core/decisions/hand-off-facts.js';
import { createCaptureActivities } from './capture.js';
import type { IncidentActivities } from './contract.js';
import type { ActivityDependencies } from './dependencies.js';
import { createDiagnoseActivities } from './diagnose.js';
import { createLoadActivities } from './load.js';
import { createRemedyActivities } from './remedy.js';
import { createReportActivities } from './report.js';
import { untilGivenUp } from './limit-tries.js';
import { translating } from './translate-error.js';

/** All activities of an incident over the given dependencies; every error leaves them as a Temporal failure that says whether to retry. */
export function createActivities(deps: ActivityDependencies): IncidentActivities {
  const load = createLoadActivities(deps);
  const capture = createCaptureActivities(deps);
  const think = createDiagnoseActivities(deps);
  const report = createReportActivities(deps);
  const remedy = createRemedyActivities(deps);
  return {
    resolveTarget: translating(think.resolveTarget),
    runLoad: translating(load.runLoad),
    storeLoad: translating(load.storeLoad),
    compareRuns: translating(load.compareRuns),
    keepHealthyRun: translating(load.keepHealthyRun),
    capture: translating(capture.capture),
    captureProfile: translating(capture.captureProfile),
    observeService: translating(capture.observeService),
    observeDatabases: translating(capture.observeDatabases),
    scanQueries: translating(capture.scanQueries),
    decideBranch: translating(think.decideBranch),
    localize: translating(think.localize),
    writeReport: translating(report.writeReport),
    notify: translating(report.notify, untilGivenUp),
    planRemedy: translating(remedy.planRemedy),
    applyRemedy: translating(remedy.applyRemedy),
    takeBackRemedy: translating(remedy.takeBackRemedy),
    lookAtBisect: translating((workflowId) => deps.lookAtBisect(workflowId)),
    describeHandOff: translating((incident) =>
      Promise.resolve({ repositoryConfigured: deps.catalog.hasRepository(incident.endpoint), facts: handOffFacts(incident) }),
    ),
  };
}
