// A label printer that takes one job at a time: requests queue for a lock of the process while one of them talks to the printer.
import { createServer } from 'node:http';

const [, peer] = process.argv.slice(2);
let last = Promise.resolve();
function oneAtATime(work) {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}
const server = createServer(async (request, response) => {
  const label = await oneAtATime(() => fetch(`${peer}/print${request.url}`).then((answer) => answer.json()));
  response.end(JSON.stringify(label));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
