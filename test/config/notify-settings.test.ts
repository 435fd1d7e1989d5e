import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../config/catalog.js';
import { resolveChannel } from '../../config/command/resolve-channels.js';

const services = 'services: { a: { endpoints: { b: { url: "http://127.0.0.1/" } } } }';

function problemOf(...lines: string[]): string {
  try {
    parseCatalog(['version: 1', ...lines, services].join('\n'), 'r.yaml');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('entries of notify', () => {
  it('say what a Slack receiver lacks', () => {
    expect(problemOf('incidents: { notify: [{ kind: slack }] }')).toContain(
      'incidents.notify[0]: expected exactly one of url, channel, user',
    );
    expect(problemOf('people: { bob: { notify: [{ kind: slack, user: U0BOB }] } }')).toContain('people.bob.notify[0]: expected a token');
    expect(problemOf('incidents: { notify: [{ kind: slack, channel: c, url: { env: A } }] }')).toContain('expected exactly one of');
  });

  it('take the token of the receivers for a person', () => {
    process.env['NOTIFY_SETTINGS_TOKEN'] = 'xoxb-1';
    const catalog = parseCatalog(
      [
        'version: 1',
        'people: { bob: { notify: [{ kind: slack, user: U0BOB }] } }',
        'incidents: { notify: [{ kind: slack, channel: "#incidents", token: { env: NOTIFY_SETTINGS_TOKEN }, api: "http://127.0.0.1:1", severity: [SEV1] }] }',
        services,
      ].join('\n'),
      'r.yaml',
    );
    expect(resolveChannel(catalog, 'bob', 0)).toEqual({
      kind: 'slack',
      settings: { user: 'U0BOB', token: 'xoxb-1', api: 'http://127.0.0.1:1' },
    });
    delete process.env['NOTIFY_SETTINGS_TOKEN'];
  });
});
