/**
 * Reads server-sent events from a response (HTML standard, section 9.2).
 *
 * @module
 */

/** One event: its ID and its data, both may be empty. */
export interface ServerSentEvent {
  readonly id: string;
  readonly data: string;
}

/** Events of a response, as they arrive. Ends with the stream; comments are skipped. */
export async function* readEvents(response: Response): AsyncGenerator<ServerSentEvent> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event) yield event;
    }
  }
}

function parseBlock(block: string): ServerSentEvent | null {
  const data: string[] = [];
  let id = "";
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ""] = /^([a-z]+):? ?(.*)$/.exec(line) ?? [];
    if (field === "data") data.push(value);
    if (field === "id") id = value;
  }
  return data.length > 0 ? { id, data: data.join("\n") } : null;
}
