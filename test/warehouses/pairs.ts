/** The environment's name of the folder in which processes tell the two texts of their statements. */
export const PAIRS = 'SEGSYNC_PAIRS';
