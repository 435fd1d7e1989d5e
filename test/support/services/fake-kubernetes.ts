import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As much of the API server as `kubectl` needs for one deployment, with its rules: a patch is a new generation, pods follow. */
export async function startFakeKubernetes() {
  const deployment = { generation: 1, revision: 1, readyReplicas: 2, annotations: {} as Record<string, string> };
  const requests: string[] = [];
  const object = () => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...{ name: 'api', namespace: 'shop', uid: 'u-1', resourceVersion: String(deployment.generation), generation: deployment.generation },
      annotations: { 'deployment.kubernetes.io/revision': String(deployment.revision) },
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'api' } },
      template: {
        metadata: { labels: { app: 'api' }, annotations: deployment.annotations },
        spec: { containers: [{ name: 'api', image: 'api:1' }] },
      },
    },
    status: {
      observedGeneration: deployment.generation,
      ...{ replicas: 2, updatedReplicas: 2, readyReplicas: deployment.readyReplicas, availableReplicas: deployment.readyReplicas },
      conditions: [{ type: 'Available', status: 'True' }],
    },
  });
  const apiList = { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  const group = {
    name: 'apps',
    versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
    preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
  };
  const resource = {
    name: 'deployments',
    singularName: 'deployment',
    namespaced: true,
    kind: 'Deployment',
    verbs: ['get', 'list', 'patch', 'watch'],
  };
  const answers: Record<string, unknown> = {
    '/version': { major: '1', minor: '32', gitVersion: 'v1.32.0' },
    '/api': apiList,
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [group] },
    '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [] },
    '/apis/apps/v1': { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'apps/v1', resources: [resource] },
  };
  const bodyOf = async (request: IncomingMessage): Promise<string> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    return body;
  };
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://kubernetes');
      requests.push(`${request.method ?? ''} ${url.pathname}`);
      const send = (status: number, value: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(value));
      };
      const known = answers[url.pathname];
      if (known !== undefined) {
        send(200, known);
        return;
      }
      const path = '/apis/apps/v1/namespaces/shop/deployments';
      if (url.pathname === path) {
        if (url.searchParams.has('watch')) {
          response.end();
          return;
        }
        send(200, { kind: 'DeploymentList', apiVersion: 'apps/v1', metadata: { resourceVersion: '1' }, items: [object()] });
        return;
      }
      if (url.pathname !== `${path}/api`) {
        send(404, {
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          reason: 'NotFound',
          message: `${url.pathname} not found`,
          code: 404,
        });
        return;
      }
      if (request.method === 'PATCH') {
        const patch = JSON.parse(await bodyOf(request)) as { spec: { template: { metadata: { annotations: Record<string, string> } } } };
        Object.assign(deployment.annotations, patch.spec.template.metadata.annotations);
        deployment.generation += 1;
        deployment.revision += 1;
      }
      send(200, object());
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = `apiVersion: v1
kind: Config
current-context: test
contexts: [{ name: test, context: { cluster: test, user: test } }]
clusters: [{ name: test, cluster: { server: 'http://127.0.0.1:${port}' } }]
users: [{ name: test, user: {} }]
`;
  return {
    ...{ deployment, requests, kubeconfig },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
