/**
 * Source of a service that burns CPU in one named function per request. `/stats` tells the most connections of k6 that were ever open at once: the number of
 * virtual users of one load, and more as soon as two loads run. The responder's own looks at the service do not count.
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
  count(request.socket, String(request.headers['user-agent']).includes('k6'));
  response.end(String(computeShippingQuotes(600000)));
});
const counted = new WeakSet();
function count(socket, isLoad) {
  if (counted.has(socket) || !isLoad) return;
  counted.add(socket);
  open += 1;
  mostOpen = Math.max(mostOpen, open);
  socket.on('close', () => { open -= 1; });
}
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
