const notTypeOnly = { dependencyTypesNot: ['type-only'] };
/** Layer rules of docs/architecture.md: imports go down only. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'core-is-pure', severity: 'error', from: { path: '^core/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'core-imports-core-only',
      severity: 'error',
      from: { path: '^core/' },
      to: { pathNot: ['^core/', 'node_modules/(zod|pprof-format|libpg-query|@pgsql|temporal-polyfill)/'], ...notTypeOnly },
    },
    {
      name: 'workflows-go-down',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^(adapters|activities|report|config|worker|client|lab|bench)/', ...notTypeOnly },
    },
    {
      name: 'workflows-use-decisions',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^core/', pathNot: '^core/(decisions|bisect|command)/', ...notTypeOnly },
    },
    {
      name: 'activities-go-down',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: '^(workflows|worker|client|lab|bench)/', ...notTypeOnly },
    },
    {
      name: 'adapters-go-down',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { path: '^(workflows|activities|worker|client|report|lab|bench)/', ...notTypeOnly },
    },
    {
      name: 'report-knows-types',
      severity: 'error',
      from: { path: '^report/' },
      to: { path: '^(adapters|activities|workflows|worker|client|config|lab|bench)/' },
    },
    {
      name: 'nobody-imports-the-top',
      severity: 'error',
      from: { pathNot: '^(worker|client|test|lab|bench)/|^main\\.ts$|^config/catalog/hook\\.ts$' },
      to: { path: '^(worker|client|test|lab|bench)/' },
    },
    // Only main.ts knows both.
    { name: 'client-without-worker', severity: 'error', from: { path: '^client/' }, to: { path: '^worker/' } },
    { name: 'worker-without-client', severity: 'error', from: { path: '^worker/' }, to: { path: '^client/' } },
    {
      name: 'product-never-needs-the-lab',
      severity: 'error',
      from: { path: '^(core|report|adapters|config|workflows|activities|worker|client)/' },
      to: { path: '^(lab|bench|test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
