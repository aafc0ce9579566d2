/**
 * The other side, a process of its own: answers every request 200 as soon as its body is there. It looks at nothing
 * before it has answered; bodies are kept as they came, and what the sync `watched` sent is noted with its time.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

let bodies = [];
let arrivals = [];
let watched;
const ANSWER = '{}';
const HEADERS = { 'content-type': 'application/json', 'content-length': String(ANSWER.length) };

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const at = performance.timeOrigin + performance.now();
    response.writeHead(200, HEADERS);
    response.end(ANSWER);
    if (watched === undefined) bodies.push(chunks);
    else note(Buffer.concat(chunks).toString(), at);
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

/** Only the watched sync's changes are kept: the load beside them may be large. */
function note(body, at) {
  if (!body.slice(0, 200).includes(`"sync":"${watched}"`)) return;
  for (const { op, key } of JSON.parse(body).data.changes) arrivals.push({ op, key, at });
}

const COMMANDS = {
  /** Forgets everything; from now on notes only what the sync `watch` sends, if one is named. */
  reset: ({ watch }) => {
    [bodies, arrivals, watched] = [[], [], watch];
    return {};
  },
  /** Writes the bodies to `file`, each after its length. */
  save: ({ file }) => {
    const handle = openSync(file, 'w');
    for (const chunks of bodies) {
      const body = Buffer.concat(chunks);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(body.length);
      writeSync(handle, Buffer.concat([length, body]));
    }
    closeSync(handle);
    return { requests: bodies.length };
  },
  /** How often each key was sent. */
  count: () => {
    const keys = new Set();
    let [changes, bytes] = [0, 0];
    for (const chunks of bodies) {
      const body = Buffer.concat(chunks);
      bytes += body.length;
      for (const { key } of JSON.parse(body.toString()).data.changes) {
        keys.add(key);
        changes += 1;
      }
    }
    return { requests: bodies.length, bytes, changes, keys: keys.size };
  },
  arrivals: () => ({ arrivals }),
};

process.on('message', ({ id, command, ...rest }) => process.send({ id, ...COMMANDS[command](rest) }));
process.on('disconnect', () => process.exit(0));
