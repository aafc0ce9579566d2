/** Names of a tick's intermediate results. Prefixed, so that a `query:` of the project cannot meet one by accident. */
export const steps = {
  affected: 'segsync_affected',
  wide: 'segsync_wide',
  verdict: 'segsync_verdict',
  changed: 'segsync_changed',
} as const;
