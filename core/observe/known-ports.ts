import type { PeerObservation } from '../model/observation.js';

/** What usually listens on a port (IANA's list and the products' defaults). A hint when the catalog says nothing, never evidence. */
const knownPorts: Record<number, Pick<PeerObservation, 'label' | 'kind'>> = {
  53: { label: 'DNS', kind: 'service' },
  80: { label: 'http', kind: 'service' },
  443: { label: 'https', kind: 'service' },
  1433: { label: 'SQL Server', kind: 'database' },
  1521: { label: 'Oracle', kind: 'database' },
  2379: { label: 'etcd', kind: 'service' },
  3306: { label: 'MySQL', kind: 'database' },
  4222: { label: 'NATS', kind: 'service' },
  5432: { label: 'PostgreSQL', kind: 'database' },
  5672: { label: 'AMQP broker', kind: 'service' },
  6379: { label: 'Redis', kind: 'cache' },
  6432: { label: 'PgBouncer', kind: 'database' },
  8123: { label: 'ClickHouse', kind: 'database' },
  9042: { label: 'Cassandra', kind: 'database' },
  9092: { label: 'Kafka', kind: 'service' },
  9200: { label: 'Elasticsearch', kind: 'database' },
  11211: { label: 'memcached', kind: 'cache' },
  26257: { label: 'CockroachDB', kind: 'database' },
  27017: { label: 'MongoDB', kind: 'database' },
};

export function knownPort(port: number): Pick<PeerObservation, 'label' | 'kind'> {
  return knownPorts[port] ?? { label: `peer on port ${port}`, kind: 'unknown' };
}
