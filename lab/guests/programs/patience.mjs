// A form that waits before it answers, against robots: a timer in the process holds the request.
import express from 'express';
import { setTimeout as sleep } from 'node:timers/promises';

const app = express();
app.get('/form', async (_request, response) => {
  await sleep(240);
  response.send('<form></form>');
});
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
