// Map tiles: a layer of points is kept in memory and written out as JSON, whole, for every request.
import { createServer } from 'node:http';

const layer = {
  type: 'FeatureCollection',
  features: Array.from({ length: 6000 }, (_, index) => ({
    type: 'Feature',
    id: index,
    geometry: { type: 'Point', coordinates: [index / 71, index / 113] },
    properties: { name: `Point ${index}`, tags: ['tree', 'bench', `kind-${index % 9}`] },
  })),
};
function writeTile() {
  return JSON.stringify(layer);
}
const server = createServer((_request, response) => {
  const body = writeTile();
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
