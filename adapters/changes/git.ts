import { resolve } from 'node:path';
import { commitsSince } from '../git/git.js';
import { readAll, type ChangeSource } from './change-source.js';

/** Commits of the repositories of the catalog: when they were made, not when they were deployed. */
export const gitCommits: ChangeSource = {
  kind: 'git',
  title: 'commits of the repository',
  plan: ({ catalog, services, fromMs }) =>
    services.flatMap((service) => {
      const written = catalog.services[service]?.repository?.path;
      if (written === undefined) return [];
      const path = resolve(catalog.directory, written);
      return [
        {
          source: `git ${written}`,
          read: async () => {
            const commits = await commitsSince(path, new Date(fromMs));
            const changes = commits.map(({ commit, subject, author, date }) => ({
              at: new Date(date).toISOString(),
              service,
              kind: 'commit' as const,
              ref: commit.slice(0, 12),
              title: subject,
              by: author,
              source: 'git',
              revertible: true,
            }));
            return readAll(changes, `${changes.length} commits on the branch that is checked out; when they were deployed is not in it`);
          },
        },
      ];
    }),
};
