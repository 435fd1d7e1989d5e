/** Updates for inside and outside. */
import * as commands from '../../../core/command/incident/commands.js';
import { approveDraft, refuseCorrected, refusePublication } from '../../../core/command/incident/publications.js';
import type { CommandRun } from '../command-run.js';
import { draftExternal, postInternal, publishDraft } from '../updates/publish.js';
import { postUpdateUpdate, publishUpdateUpdate } from '../messages.js';
import { readPublication, readUpdate } from '../read-messages.js';
import { onPerson, recorded } from './on-person.js';

export function registerUpdates(run: CommandRun): void {
  const { state } = run;
  onPerson(
    run,
    postUpdateUpdate,
    readUpdate,
    ({ corrects }) => commands.refuseOnEnded(state) ?? (corrects === undefined ? null : refuseCorrected(state, corrects)),
    async (request) => {
      const { event, warning } =
        request.audience === 'internal'
          ? await postInternal(run, 'update', request.by, request.text)
          : await draftExternal(run, 'update', request);
      return recorded(run, event, warning);
    },
    { description: 'Posts an update, or drafts one for outside; without a text the record gives it' },
  );
  onPerson(
    run,
    publishUpdateUpdate,
    readPublication,
    (request) => refusePublication(state, request),
    async (request) => {
      const event = approveDraft(state, request, Date.now());
      return recorded(run, event, await publishDraft(run, request.draft));
    },
    { description: 'Approves a draft, which goes to the status page as it stands: {"draft": "T-12", "by": …}' },
  );
}
