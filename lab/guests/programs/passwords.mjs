// Sign-in: passwords are hashed with the asynchronous call, whose threads are four.
import { pbkdf2 } from 'node:crypto';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);
const server = createServer(async (request, response) => {
  const key = await derive(request.url, 'salt of this user', 60_000, 32, 'sha512');
  response.end(key.toString('hex'));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
