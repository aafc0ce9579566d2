import type { ConnectOptions, Session } from '../warehouse.ts';
import type { Options } from './index.ts';

export function connect(_request: ConnectOptions, _options: Options): Promise<Session> {
  return Promise.reject(new Error('being built'));
}
