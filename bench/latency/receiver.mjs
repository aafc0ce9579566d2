/** The other side, a process of its own: answers at once, and notes when each change was acknowledged. */
import { createServer } from 'node:http';

let isNoting = false;
let received = [];
/** Acknowledged changes of the sync that loads everybody. */
let loaded = 0;
const HEADERS = { 'content-type': 'application/json', 'content-length': '2' };

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(200, HEADERS);
    response.end('{}');
    note(Buffer.concat(chunks).toString(), performance.timeOrigin + performance.now());
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

function note(body, at) {
  const { sync, changes } = JSON.parse(body).data;
  if (sync.startsWith('everybody')) loaded += changes.length;
  else if (isNoting)
    for (const { op, key, caused_at } of changes)
      received.push(`${sync}\t${op}\t${key}\t${caused_at}\t${at.toFixed(3)}`);
}

const COMMANDS = {
  begin: () => {
    [isNoting, received, loaded] = [true, [], 0];
    return {};
  },
  /** One line a change: sync, op, key, caused_at, acknowledged at (ms since 1970), by tabs. */
  end: () => {
    isNoting = false;
    return { received: received.splice(0), loaded };
  },
};

process.on('message', ({ id, command }) => process.send({ id, ...COMMANDS[command]() }));
process.on('disconnect', () => process.exit(0));
