/**
 * Source of a service that burns CPU in one named function per request. `/stats` tells the most connections that were ever open at once, which is
 * the number of virtual users of one load, and twice that as soon as two loads run.
 */
export const hotService = `
const http = require('node:http');
function computeShippingQuotes(rounds) {
  let sum = 0;
  for (let i = 0; i < rounds; i += 1) sum = (sum * 31 + Math.sqrt(i)) % 1000003;
  return sum;
}
let open = 0, mostOpen = 0, requests = 0;
const server = http.createServer((request, response) => {
  if (request.url === '/stats') return response.end(JSON.stringify({ mostOpen, requests }));
  requests += 1;
  response.end(String(computeShippingQuotes(600000)));
});
server.on('connection', (socket) => {
  open += 1;
  mostOpen = Math.max(mostOpen, open);
  socket.on('close', () => { open -= 1; });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
