// A fuzzy search: the edit distance of the query to every title, by the textbook.
import express from 'express';

const titles = Array.from(
  { length: 2200 },
  (_, index) => `The ${['red', 'blue', 'grey'][index % 3]} book number ${index * 7919} of the sea`,
);

function editDistance(from, to) {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const cost = from[row - 1] === to[column - 1] ? 0 : 1;
      current.push(Math.min(current[column - 1] + 1, previous[column] + 1, previous[column - 1] + cost));
    }
    previous = current;
  }
  return previous[to.length];
}

const app = express();
app.get('/search', (request, response) => {
  const query = String(request.query.q);
  const ranked = titles.map((title) => ({ title, distance: editDistance(query, title) })).sort((a, b) => a.distance - b.distance);
  response.json(ranked.slice(0, 5));
});
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
