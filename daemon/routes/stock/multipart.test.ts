import { expect, test } from "vitest";
import { firstPart } from "./multipart.ts";

const TYPE = "multipart/form-data; boundary=xyz";

/** A body in chunks of `size` bytes. */
async function* chunked(body: string | Buffer, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(body);
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

async function read(part: Awaited<ReturnType<typeof firstPart>>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of part.content) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const head =
  'Content-Disposition: form-data; name="image"; filename="a\\"b.tar"\r\nContent-Type: x/y';
// Holds everything that looks like the end and is not.
const content = "line\r\n--xy\r\n--xxyz\r\n\r\n--x\r\n";
const body = `--xyz\r\n${head}\r\n\r\n${content}\r\n--xyz--\r\n`;

test("the first part is read byte for byte, however the body is cut", async () => {
  for (let size = 1; size <= body.length; size += 1) {
    const part = await firstPart(TYPE, chunked(body, size));
    expect([part.name, part.fileName]).toEqual(["image", 'a"b.tar']);
    expect((await read(part)).toString()).toBe(content);
  }
});

test("what a real form writer makes is read, other parts are passed over", async () => {
  const bytes = new Uint8Array(300_000).map((_, index) => index * 7);
  const form = new FormData();
  form.append("image", new Blob([bytes]), "app.tar");
  form.append("more", "text");
  const request = new Request("http://localhost", { method: "POST", body: form });
  const part = await firstPart(
    request.headers.get("content-type") ?? "",
    request.body as AsyncIterable<Uint8Array>,
  );
  expect([part.name, part.fileName]).toEqual(["image", "app.tar"]);
  expect((await read(part)).equals(Buffer.from(bytes))).toBe(true);
});

test("a preamble and an empty part are no problem", async () => {
  const part = await firstPart(
    `${TYPE.replace("xyz", '"xyz"')}; charset=utf-8`,
    chunked('preamble\r\n--xyz\r\nContent-Disposition: form-data; name="n"\r\n\r\n\r\n--xyz--', 7),
  );
  expect([part.name, part.fileName]).toEqual(["n", null]);
  expect((await read(part)).length).toBe(0);
});

test("a body that ends too early, or is none, is refused", async () => {
  const refused = { code: "API_REQUEST_INVALID" };
  await expect(firstPart("application/json", chunked(body, 9))).rejects.toMatchObject(refused);
  await expect(firstPart(undefined, chunked(body, 9))).rejects.toMatchObject(refused);
  await expect(firstPart(TYPE, chunked("", 9))).rejects.toMatchObject(refused);
  await expect(firstPart(TYPE, chunked("x".repeat(200_000), 9000))).rejects.toMatchObject(refused);
  const cut = await firstPart(TYPE, chunked(body.slice(0, -12), 9));
  await expect(read(cut)).rejects.toMatchObject(refused);
});

test("the body is let go when the part is not read to its end", async () => {
  let released = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.from(body.slice(0, 100));
      for (;;) yield Buffer.alloc(10);
    } finally {
      released = true;
    }
  }
  const part = await firstPart(TYPE, endless());
  await part.content.next();
  await part.content.return();
  expect(released).toBe(true);
});
