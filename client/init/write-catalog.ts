/** The commented catalog that `init` writes. */

export interface CatalogChoice {
  service: string;
  endpoint: string;
  method: string;
  url: string;
  /** Budgets as the catalog writes them: `p95Ms: 250`. */
  budgets: Record<string, number>;
  port: number | null;
  /** Variable with the URL of its PostgreSQL database; null = none is known. */
  databaseVariable: string | null;
  repository: string | null;
}

/** YAML text; a value is quoted wherever YAML could misread it. */
export function catalogText(choice: CatalogChoice): string {
  const { service, endpoint, method, url, budgets, port, databaseVariable, repository } = choice;
  const limits = Object.entries(budgets).map(([name, value]) => `${name}: ${value}`);
  const lines = [
    '# The catalog of perf-responder: only hosts that are named here are ever loaded. docs/catalog.md shows every key.',
    'version: 1',
    'services:',
    `  ${service}:`,
    '    environment: development          # production asks for allowLoad, so that nobody loads it by accident',
    '    endpoints:',
    `      ${endpoint}:`,
    ...(method === 'GET' ? [] : [`        method: ${method}`]),
    `        url: ${JSON.stringify(url)}`,
    `        budgets: { ${limits.join(', ')} }      # what a request may cost, what share may fail`,
    '        load: { vus: 10, duration: 30s, warmUp: 5s }      # or { rate: 60, … }: requests per second',
    ...(port === null
      ? ['    # process: { port: 8080 }          # on the host of the worker: it is profiled']
      : [`    process: { port: ${port} }              # the process that listens there is profiled`]),
    ...databaseLines(databaseVariable),
    ...repositoryLines(repository),
  ];
  return `${lines.join('\n')}\n`;
}

function databaseLines(variable: string | null): string[] {
  if (variable === null)
    return [
      '    # databases:                       # statements, locks and plans of its database',
      '    #   main: { kind: postgres, connection: { env: DATABASE_URL } }',
    ];
  return [
    '    databases:',
    `      main: { kind: postgres, connection: { env: ${variable} } }      # the variable must be set where the worker runs`,
  ];
}

function repositoryLines(repository: string | null): string[] {
  if (repository === null) return [];
  return [
    '    # repository:                      # to find the commit that made it slow: perf-responder bisect',
    `    #   path: ${repository}`,
    '    #   start: npm start                 # started in each commit on {port}',
  ];
}
