import pg from 'pg';
import { createShopDatabase, type DatabaseServer } from './stack/shop-database.js';

const usage = `Fills the demo shop's database on a PostgreSQL server, once; a database that exists already is left alone.
  SHOP_ADMIN_URL=postgres://superuser:password@host/postgres node dist/lab/fill-shop.js [NAME]
`;

async function main(): Promise<number> {
  const [name = 'shop'] = process.argv.slice(2);
  const adminUrl = process.env['SHOP_ADMIN_URL'];
  if (name === '--help' || adminUrl === undefined || !/^[a-z_]+$/.test(name)) {
    process.stdout.write(usage);
    return name === '--help' ? 0 : 2;
  }
  const server: DatabaseServer = {
    connect: async (database) => {
      const url = new URL(adminUrl);
      url.pathname = `/${database}`;
      const client = new pg.Client({ connectionString: url.href, application_name: 'fill-shop' });
      await client.connect();
      return client;
    },
  };
  if (await exists(server, name)) {
    console.log(`${name} is there already`);
    return 0;
  }
  await createShopDatabase(server, name);
  console.log(`${name} is filled`);
  return 0;
}

async function exists(server: DatabaseServer, name: string): Promise<boolean> {
  const client = await server.connect('postgres');
  try {
    return (await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])).rowCount === 1;
  } finally {
    await client.end();
  }
}

process.exitCode = await main();
