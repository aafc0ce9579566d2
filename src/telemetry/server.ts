/** The three pages that a resident run serves: `/metrics` for Prometheus, `/healthz` and `/readyz` for what watches over it. */
import { fail } from '../diagnostics/diagnostic.ts';
import {
  type ListenAddress,
  ListenError,
  type ServedRequest,
  type ServedResponse,
  type World,
} from '../world.ts';
import { formatListenAddress } from './address.ts';
import type { Verdict } from './health.ts';
import type { Exposition } from './metrics.ts';

export interface Pages {
  readonly metrics: () => Promise<Exposition>;
  readonly healthy: () => Verdict;
  readonly ready: () => Verdict;
}

export interface TelemetryServer {
  /** Where it listens, as it is typed. */
  readonly address: string;
  close(): Promise<void>;
}

const TEXT = 'text/plain; charset=utf-8';

/** Throws E670 when nobody can listen there. */
export async function openServer(
  world: World,
  address: ListenAddress,
  pages: Pages,
): Promise<TelemetryServer> {
  try {
    const served = await world.network.serve(address, (request) => answer(request, pages));
    return {
      address: formatListenAddress({ ...address, port: served.port }),
      close: () => served.close(),
    };
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    fail('E670', { address: formatListenAddress(address), code: error.code });
  }
}

/** What is answered to a request. */
export async function answer({ method, path }: ServedRequest, pages: Pages): Promise<ServedResponse> {
  const page = pageAt(path.replace(/[?#].*$/s, ''), pages);
  if (!page) return text(404, 'there are /metrics, /healthz and /readyz');
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD', { allow: 'GET, HEAD' });
  try {
    return await page();
  } catch {
    return text(500, 'this page could not be made');
  }
}

function pageAt(
  path: string,
  { metrics, healthy, ready }: Pages,
): (() => Promise<ServedResponse>) | undefined {
  switch (path) {
    case '/metrics':
      return async () => {
        const { type, text: body } = await metrics();
        return { status: 200, headers: { 'content-type': type }, body };
      };
    case '/healthz':
      return async () => told(healthy());
    case '/readyz':
      return async () => told(ready());
    default:
      return undefined;
  }
}

function told({ ok, line }: Verdict): ServedResponse {
  return text(ok ? 200 : 503, line);
}

function text(status: number, line: string, headers: Readonly<Record<string, string>> = {}): ServedResponse {
  return {
    status,
    headers: { 'content-type': TEXT, 'cache-control': 'no-store', ...headers },
    body: `${line}\n`,
  };
}
