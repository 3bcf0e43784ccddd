/** Read the names in the header of a CSV file, for a preview; the service decides what they mean. */

const HEAD_BYTES = 256 * 1024;
const DELIMITERS = [",", ";", "\t", "|"];

/** The names, or null if the browser can't read them: the service then says what is in the file. */
export async function readHeader(file: Blob): Promise<string[] | null> {
  const head = await readHead(file);
  const text = decode(head);
  if (text === null || text.includes("\0")) return null;
  const start = text.replace(/^\uFEFF/, "").replace(/^(\r?\n)+/, "");
  const most = DELIMITERS.toSorted((a, b) => countOf(firstLine(start), b) - countOf(firstLine(start), a))[0]!;
  const names = splitRecord(start, most);
  return names && names.length > 1 ? names.map((name) => name.trim()) : null;
}

async function readHead(file: Blob): Promise<Uint8Array> {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (start[0] !== 0x1f || start[1] !== 0x8b) {
    return new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  }
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts: Uint8Array[] = [];
  for (let size = 0; size < HEAD_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  void reader.cancel();
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

/** As text, or null if it is none. */
function decode(head: Uint8Array): string | null {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder("utf-16le").decode(head);
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder("utf-16be").decode(head);
  if (head.subarray(0, 1024).includes(0)) return null;
  try {
    // The last character may be cut; a stream waits for its rest.
    return new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(head);
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** The cells of the first record; null if it has no end here. */
function splitRecord(text: string, delimiter: string): string[] | null {
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const char = text[index]!;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[index + 1] === '"') cell += text[++index];
      else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === delimiter) {
      cells.push(cell);
      cell = "";
    } else if (char === "\n") return [...cells, cell.replace(/\r$/, "")];
    else cell += char;
  }
  return null;
}
