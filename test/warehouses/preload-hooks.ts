/** Puts `paired-adapter.ts` in the place of an adapter, where the program looks for adapters; nowhere else. */
import type { ResolveHook } from 'node:module';

const DOUBLED = /\/src\/warehouse\/(bigquery|snowflake)\/index\.js$/;

export const resolve: ResolveHook = async (specifier, context, next) => {
  const found = await next(specifier, context);
  const name = DOUBLED.exec(found.url)?.[1];
  if (name === undefined || !context.parentURL?.endsWith('/src/adapters.js')) return found;
  return { ...found, url: new URL(`./paired-adapter.js?of=${name}`, import.meta.url).href };
};
