/** A PostgreSQL server's door that writes down every statement that goes through it. */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

export interface StatementRelay {
  /** Where to connect to instead. */
  readonly url: string;
  /** Statements since they were last taken, in the order they were sent. */
  take(): string[];
  close(): Promise<void>;
}

export async function relayStatements(url: string): Promise<StatementRelay> {
  const target = new URL(url);
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname);
    const read = reader((statement) => seen.push(statement));
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', read);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const near = new URL(url);
  near.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: near.toString(),
    take: () => seen.splice(0),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/**
 * Reads what a client sends. The first message has no type; after it, each is a type (one byte), a length and what it
 * says. `Q` is a statement, `P` the name of a prepared one and then the statement.
 */
function reader(tell: (statement: string) => void): (piece: Buffer) => void {
  let rest = Buffer.alloc(0);
  let begun = false;
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    for (;;) {
      const typed = begun ? 1 : 0;
      if (rest.length < typed + 4) return;
      const end = typed + rest.readInt32BE(typed);
      if (rest.length < end) return;
      const type = begun ? String.fromCharCode(rest[0]!) : '';
      const said = rest.toString('utf8', typed + 4, end).split('\0');
      if (type === 'Q') tell(said[0]!);
      if (type === 'P') tell(said[1]!);
      begun = true;
      rest = rest.subarray(end);
    }
  };
}
