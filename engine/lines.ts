/**
 * Text that an engine streams, line by line.
 *
 * @module
 */

/** Lines of UTF-8 text, without their ends. A last line without an end is one too. */
export async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of bytes) {
    rest += decoder.decode(piece, { stream: true });
    const whole = rest.split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) yield line.replace(/\r$/, "");
  }
  if (rest !== "") yield rest;
}
