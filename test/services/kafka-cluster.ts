/** librdkafka's mock cluster, which speaks the real protocol: brought up by `kcat`, whose second one reads it. */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

export interface Cluster {
  /** `host:port`. */
  readonly broker: string;
  /** Everything in a topic, in the order of each partition. */
  read(topic: string): Promise<Consumed[]>;
  /** It stands still, and goes on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export interface Consumed {
  readonly partition: number;
  readonly key: string;
  readonly payload: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const call = promisify(execFile);

export async function startCluster(): Promise<Cluster> {
  // It ends when its input does.
  const kcat = spawn('kcat', [
    ...['-P', '-b', 'x', '-t', 'any', '-X', 'test.mock.num.brokers=1', '-X', 'debug=mock'],
  ]);
  const broker = await new Promise<string>((resolve, reject) => {
    let log = '';
    kcat.once('error', reject);
    kcat.once('exit', () => reject(new Error(`kcat ended:\n${log}`)));
    kcat.stderr.on('data', (chunk) => {
      log = (log + String(chunk)).slice(0, 10_000);
      const told = /bootstrap\.servers=([\d.]+:\d+)/.exec(log);
      if (told) resolve(told[1]!);
    });
  });
  return {
    broker,
    read: (topic) => read(broker, topic),
    freeze: () => void kcat.kill('SIGSTOP'),
    thaw: () => void kcat.kill('SIGCONT'),
    async stop() {
      const ended = new Promise((resolve) => kcat.once('exit', resolve));
      kcat.kill('SIGKILL');
      if (kcat.exitCode === null && kcat.signalCode === null) await ended;
    },
  };
}

async function read(broker: string, topic: string): Promise<Consumed[]> {
  const args = ['-C', '-b', broker, '-t', topic, '-e', '-q', '-J', '-o', 'beginning'];
  const { stdout } = await call('kcat', args, { maxBuffer: 64 * 1024 * 1024 });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { partition, key, payload, headers = [] } = JSON.parse(line);
    const pairs = Array.from({ length: headers.length / 2 }, (_, n) => headers.slice(2 * n, 2 * n + 2));
    return { partition, key, payload, headers: Object.fromEntries(pairs) };
  });
}
