/**
 * What haloyd hands out in place of a value that it keeps for a rollback.
 *
 * @module
 */

/** Stands for a value that stays on the server. Not empty: a stock client refuses that. */
export const KEPT = "(kept by haloyd)";
