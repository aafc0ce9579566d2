/** One connection, made when it is needed and made anew by the next call after it failed. */
import type { World } from '../../world.ts';
import { withinLimit } from '../limit.ts';
import { addressOf } from './address.ts';
import { codeOf } from './answer.ts';
import type { Command } from './members.ts';
import type { RedisSettings } from './options.ts';

type Client = Awaited<ReturnType<typeof madeClient>>;

export interface Connection {
  /** Throws the server's error, or one without a first word where no answer came in time. */
  run<T>(work: (client: Client) => Promise<T>, signal?: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

export function openConnection(world: World, settings: RedisSettings): Connection {
  let link: Link | undefined;
  return {
    async run(work, signal) {
      if (!link || link.isOver()) link = linkTo(settings);
      const mine = link;
      let isIn = false;
      const worked = mine.ready.then((client) => {
        isIn = true;
        return work(client);
      });
      try {
        // The driver limits how long a connection takes, but not how long an answer does.
        return await withinLimit(world, settings.timeoutMs, worked, signal);
      } catch (error) {
        // After an error of the server's the connection is as good as before, once it was let in.
        if (codeOf(error) === undefined || !isIn) mine.end();
        throw error;
      }
    },
    async close() {
      link?.end();
    },
  };
}

interface Link {
  readonly ready: Promise<Client>;
  isOver(): boolean;
  /** Also while it is being made. */
  end(): void;
}

function linkTo(settings: RedisSettings): Link {
  let client: Client | undefined;
  let over = false;
  const ready = madeClient(settings).then(async (made) => {
    client = made;
    // What a call fails with is told by the call; without a listener an error would end the process.
    made.on('error', () => {
      over = true;
    });
    if (over) throw new Error('closed meanwhile');
    await made.connect();
    return made;
  });
  return {
    ready,
    isOver: () => over,
    end() {
      over = true;
      if (client?.isOpen) client.destroy();
    },
  };
}

/** The driver is loaded only now. Without a connection every command fails at once: the delivery tries again. */
async function madeClient({ url, ca, timeoutMs }: RedisSettings) {
  const { createClient } = await import('@redis/client');
  const { tls, host, port, username, password, database } = addressOf(url)!;
  const socket = { host, port, connectTimeout: timeoutMs, reconnectStrategy: false as const };
  return createClient({
    socket: tls ? { ...socket, tls: true, ...(ca === undefined ? {} : { ca }) } : socket,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    database,
    name: 'segsync',
    // Servers before Redis 6 speak no other.
    RESP: 2,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
  });
}

/** All of the commands or none of them, but for errors of single ones. */
export async function inTransaction(client: Client, commands: readonly Command[]): Promise<void> {
  const transaction = client.multi();
  for (const command of commands) transaction.addCommand([...command]);
  await transaction.exec();
}
