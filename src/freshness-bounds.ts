/**
 * Seconds between which freshness is told apart wherever it is counted. Among them are the promises of the tiers that
 * exist without being declared: what is below such a bound has kept it.
 */
export const FRESHNESS_BOUNDS_S: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 93_600,
  172_800,
];
