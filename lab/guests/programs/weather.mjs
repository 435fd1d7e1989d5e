// A weather page: every request asks a forecast of somebody else and waits for it.
import { createServer } from 'node:http';

const [, peer] = process.argv.slice(2);
const server = createServer(async (request, response) => {
  const forecast = await fetch(`${peer}/forecast${request.url}`).then((answer) => answer.json());
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ town: request.url, forecast }));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
