import { namesOneSession } from '../../core/database/sql/remedy-statement.js';
import type { RemedyMember } from './remedy.js';

export const terminateBlocker: RemedyMember = {
  kind: 'terminate-blocker',
  title: 'ends the session that others wait for, if they still do',
  engine: 'postgres',
  // A session that is named by its process id alone may be another one when somebody approves its end.
  canPlan: namesOneSession,
  undo: () => 'cannot be undone: the database rolls the terminated transaction back',
  apply: async (order) => (await import('../databases/postgres/postgres.js')).terminateBackend(order),
  takeBack: null,
};
