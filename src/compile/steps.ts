/** Names of a tick's intermediate results. Prefixed, so that a `query:` of the project cannot meet one by accident. */
export const steps = {
  affected: 'segsync_affected',
  wide: 'segsync_wide',
  verdict: 'segsync_verdict',
  /** Where members have to stay. */
  staying: 'segsync_staying',
  /** Where a verdict is damped: what `changed` would be without. */
  differing: 'segsync_differing',
  changed: 'segsync_changed',
} as const;
