/** A plan of a program that is not read, by what only it prints. */
interface ForeignPlan {
  name: string;
  mark: RegExp;
  /** What to do with it instead. */
  remedy: string;
}

const ofThatTool = 'Read it with the tools of that database.';
const asJson = (command: string): string => `Take ${command} and give its output.`;

/** In this order: an engine that borrowed PostgreSQL's or MySQL's words before those. */
export const foreignPlans: readonly ForeignPlan[] = [
  {
    name: 'explain.depesz.com (a copy of its page)',
    // Its table draws the tree by colours, which copying loses, and groups the digits of numbers.
    mark: /#\s+exclusive\s+inclusive\s+rows x\s+rows\s+loops\s+node|^\d+\.\s+[\d,.]+\s+[\d,.]+\s+[↑↓]/m,
    remedy: 'Give the plan itself, which the page shows under Text or Source.',
  },
  {
    name: 'Oracle (DBMS_XPLAN)',
    mark: /Plan hash value:|\|\s*Id\s*\|\s*Operation\s*\|\s*Name|^Execution Plan\s*\n-{10,}[^\S\n]*\n\s+0\s/m,
    remedy: ofThatTool,
  },
  {
    name: 'SQL Server (showplan)',
    mark: /<ShowPlanXML|\|--(?:Clustered|Nested Loops|Index Seek|Table Scan|Compute Scalar|Hash Match|Filter\(|Sort\(|Stream Aggregate|Parallelism)|\bStmtText\b/,
    remedy: ofThatTool,
  },
  {
    name: 'Redshift',
    mark: /\bXN (?:Seq Scan|Hash|Network|Limit|Merge|Aggregate|HashAggregate|Nested|Subquery|Sort|Window|Unique|Multi)|\bDS_(?:DIST|BCAST)_/,
    remedy: `${ofThatTool} Its costs are not comparable and EXPLAIN does not execute; the times are in SVL_QUERY_REPORT.`,
  },
  {
    name: 'Greenplum',
    mark: /\bMotion \d+:\d+\b|"Node Type"\s*:\s*"\w+ Motion"|\(slice\d+(?:; segments: \d+)?\)/,
    remedy: `${ofThatTool} Its times are those of segments, which add up in another way.`,
  },
  {
    name: 'Citus (a plan of several nodes)',
    // "Distributed Query" is its key in JSON.
    mark: /Custom Scan \(Citus |"Custom Plan Provider"\s*:\s*"Citus |^[ \t]*(?:Tasks Shown|Distributed Subplan \d)|Custom-Plan-Provider>Citus /m,
    remedy:
      'It shows few of its tasks and their times are those of other machines. Give the plan below "->  Task" by itself: that is one of PostgreSQL, of one shard.',
  },
  {
    name: 'AntDB, Postgres-XL or openGauss (a plan of several nodes)',
    mark: /\bCluster (?:Gather|Reduce)\b|\bRemote (?:Subquery Scan|Fast Query Execution)\b|\bData Node Scan on\b|\bStreaming ?\(type: /,
    remedy: `${ofThatTool} Its times are those of other machines.`,
  },
  {
    name: 'TimescaleDB with data nodes (a plan of several nodes)',
    mark: /Custom Scan \((?:DataNodeScan|AsyncAppend|DataNodeCopy|DataNodeDispatch)\)/,
    remedy:
      'Its times are those of other machines. Take the plan below "Remote EXPLAIN:" by itself: that is one of PostgreSQL, of one data node.',
  },
  {
    name: 'Databend',
    mark: /[├└]── (?:output columns|estimated rows|push downs|partitions (?:total|scanned)|read (?:rows|bytes|size)): /,
    remedy: ofThatTool,
  },
  {
    name: 'Materialize',
    mark: /^[ \t]*Explained Query|^[ \t]*(?:ReadStorage|ReadIndex on=|Get::(?:PassArrangements|Collection|Arrangement)|ArrangeBy keys=|→Arrange)/m,
    remedy: ofThatTool,
  },
  {
    name: 'RisingWave',
    mark: /\b(?:Batch|Stream)(?:Exchange|Scan|TableScan|HashAgg|HashJoin|Materialize|Project|SimpleAgg|TopN|Filter) \{/,
    remedy: ofThatTool,
  },
  {
    name: 'StarRocks or Doris',
    mark: /^[ \t]*PLAN FRAGMENT \d+.{0,80}\n\s*OUTPUT EXPRS:|\bV?OlapScanNode\b|PhysicalOlapScan\[/m,
    remedy: ofThatTool,
  },
  { name: 'SingleStore', mark: /^[ \t]*(?:Gather partitions:|Project \[|ColumnStoreScan |ColumnStoreFilter )/m, remedy: ofThatTool },
  { name: 'OceanBase', mark: /\|ID\|OPERATOR\s*\|NAME\s*\|EST\. ?ROWS/, remedy: ofThatTool },
  {
    name: 'DataFusion or InfluxDB',
    mark: /\b(?:DataSourceExec|ParquetExec|CoalesceBatchesExec|RepartitionExec|FilterExec|ProjectionExec|AggregateExec): /,
    remedy: ofThatTool,
  },
  { name: 'Flink', mark: /== Abstract Syntax Tree ==|== Optimized (?:Physical|Execution) Plan ==/, remedy: ofThatTool },
  { name: 'Couchbase', mark: /"#operator"\s*:/, remedy: ofThatTool },
  { name: 'ArangoDB', mark: /^[ \t]*Execution plan:[^\S\n]*\n\s*Id\s+NodeType/m, remedy: ofThatTool },
  { name: 'Sybase (SAP ASE)', mark: /QUERY PLAN FOR STATEMENT \d+/, remedy: ofThatTool },
  { name: 'H2', mark: /\/\* \S+\.(?:tableScan|PRIMARY_KEY\w*|\w+: )/, remedy: ofThatTool },
  {
    name: 'CockroachDB',
    mark: /^[ \t]*[│|]?[ \t]{0,40}(?:└── |├── )?• \w|^distribution: (?:local|full)|vectorized: (?:true|false)/m,
    remedy: ofThatTool,
  },
  {
    name: 'DuckDB',
    mark: /Query Profiling Information|EXPLAIN_ANALYZE\s|┌─+┐\s*\n│\s+(?:SEQ_SCAN|PROJECTION|HASH_JOIN|FILTER|UNGROUPED_AGGREGATE|HASH_GROUP_BY|TOP_N)|"operator_timing"/,
    remedy: ofThatTool,
  },
  {
    name: 'ClickHouse',
    mark: /ReadFromMergeTree|^Expression \(\(?(?:Projection|Before)|"Node Type": "(?:Expression|ReadFrom\w+)"/m,
    remedy: ofThatTool,
  },
  {
    name: 'Spark',
    mark: /== (?:Physical|Optimized Logical|Parsed Logical|Analyzed Logical) Plan ==|AdaptiveSparkPlan/,
    remedy: ofThatTool,
  },
  { name: 'Trino or Presto', mark: /^[ \t]*Fragment \d+ \[\w+\]|^Trino version:|\bRemoteSource\[|Estimates: \{rows:/m, remedy: ofThatTool },
  { name: 'Hive or Impala', mark: /STAGE DEPENDENCIES:|F\d+:PLAN FRAGMENT|^PLAN-ROOT SINK/m, remedy: ofThatTool },
  {
    name: 'TiDB',
    mark: /\b(?:(?:Table|Index|IndexLookUp)Reader|IndexLookUp|IndexMerge|TableFullScan|(?:Table|Index|TableRange|IndexRange|IndexFull)Scan|(?:Hash|Stream)Agg|Selection|Projection|TopN|(?:Index|Merge|Hash|HashLeft|HashRight)Join|Point_Get|ExchangeSender)_\d+\b|cop\[tikv\]/,
    remedy: ofThatTool,
  },
  {
    name: 'Db2',
    mark: /DB2 Universal Database|Access Plan:\s*\n-{5,}|Total Cost:\s+[\d.e+]+[^\S\n]*\n\s*Query Degree/i,
    remedy: ofThatTool,
  },
  { name: 'Snowflake', mark: /"GlobalStats"\s*:|partitionsAssigned|\bGlobalStats:\s*$/m, remedy: ofThatTool },
  { name: 'BigQuery', mark: /"queryPlan"\s*:\s*\[|"shuffleOutputBytes"/, remedy: ofThatTool },
  { name: 'Neo4j', mark: /\+ProduceResults|\bDB Hits\b|"dbHits"/, remedy: ofThatTool },
  { name: 'Elasticsearch or OpenSearch (profile)', mark: /"time_in_nanos"\s*:/, remedy: ofThatTool },
  { name: 'Firebird', mark: /^[ \t]*PLAN (?:JOIN )?\(.{0,300} (?:NATURAL|INDEX \(|ORDER )/m, remedy: ofThatTool },
  {
    name: 'Vertica, Teradata or SAP HANA',
    mark: /PATH ID: \d+|lock .{0,100} for read on a reserved|COLUMN SEARCH\b.{0,200}LATE MATERIALIZATION/,
    remedy: ofThatTool,
  },
  {
    name: 'MySQL or MariaDB as a table',
    mark: /\bselect_type\b.{0,200}\btable\b|^[ \t]*select_type: /m,
    remedy: asJson("EXPLAIN FORMAT=JSON <statement>, MySQL's EXPLAIN ANALYZE or MariaDB's ANALYZE FORMAT=JSON"),
  },
  { name: 'SQLite as bytecode', mark: /^addr\s+opcode\s+p1/m, remedy: asJson('EXPLAIN QUERY PLAN <statement>') },
  {
    name: 'PostgreSQL in LaTeX',
    mark: /\\textgreater\{\}\s|\\begin\{(?:tabular|longtable)\}/,
    remedy: asJson('EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON)'),
  },
];

/** A plan shows what it is in its first pages. */
const longestBeginning = 200_000;

/** The program whose plan this is, and what to do; null when it is none that is known. */
export function nameForeign(text: string): { name: string; remedy: string } | null {
  const beginning = text.slice(0, longestBeginning);
  return foreignPlans.find(({ mark }) => mark.test(beginning)) ?? null;
}

const bareNode =
  /^[ \t|│"]*(?:->\s+)?(?:(?:Parallel )?(?:Seq|Index|Index Only|Bitmap Heap|Bitmap Index|Tid|CTE|Function|Foreign|Subquery|Values) Scan\b|(?:Hash|Merge)(?: \w+)? Join|Nested Loop|(?:Hash|Group)?Aggregate|Sort|Limit|Append|Result|Gather|Insert on|Update on|Delete on|Unique|WindowAgg|Custom Scan)/m;

/** A plan of PostgreSQL that holds nothing to judge: neither estimates nor measurements. */
export function isWithoutNumbers(text: string): boolean {
  return bareNode.test(text.slice(0, longestBeginning)) && !/\((?:cost=|actual )/.test(text);
}
