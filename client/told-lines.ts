/**
 * How much of what a command writes is told. Everything that is told stays in the run's list of
 * events, as a late reader misses nothing, so a command that writes without end must have one here.
 *
 * @module
 */

/** Characters of one command's output. More is no output that anybody reads. */
const MOST = 32 * 1024 * 1024;
/** What a line takes besides its text: the event around it. */
const AROUND = 200;

/** A listener for lines that passes them on to `tell`, up to `most` characters. */
export function toldLines(
  tell: (line: string) => void,
  most: number = MOST,
): (line: string) => void {
  let left = most;
  return (line) => {
    if (left <= 0) return;
    left -= line.length + AROUND;
    tell(left > 0 ? line : "… more output follows and is left out");
  };
}
