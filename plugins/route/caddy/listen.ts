/**
 * Two ways to write one listening address.
 *
 * Caddy (2.6.4 and later) applies `shutdown_delay` only to addresses that the next configuration
 * no longer has, and tells them apart by how they are written. Writing the address the other
 * way at each change makes the old server linger, while both share the port (`SO_REUSEPORT`).
 *
 * @module
 */

/** `listen` in its other spelling. Applied twice it gives `listen` back. Unknown forms stay. */
export function otherSpelling(listen: string): string {
  if (/^:\d+$/.test(listen)) return `0.0.0.0${listen}`;
  // Go listens on all addresses of both families for this, as for the form without an address.
  if (/^0\.0\.0\.0:\d+$/.test(listen)) return listen.slice("0.0.0.0".length);
  if (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(listen)) return `tcp4/${listen}`;
  if (/^tcp4\/\d+\.\d+\.\d+\.\d+:\d+$/.test(listen)) return listen.slice("tcp4/".length);
  if (/^\[[0-9a-f:]+\]:\d+$/i.test(listen)) return `tcp6/${listen}`;
  if (/^tcp6\/\[[0-9a-f:]+\]:\d+$/i.test(listen)) return listen.slice("tcp6/".length);
  return listen;
}
