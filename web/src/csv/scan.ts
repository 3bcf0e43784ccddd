/**
 * Find records in a CSV file without loading it into memory. The rules are the service's: a quote opens
 * a field only as its first character, and a doubled quote inside it is one quote.
 */

import { plainContent, type Stream } from "./content";

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = ",";

/**
 * Call `visit` for each record, including blank lines, until it returns false. It gets the line that the
 * record starts on (the header is line 1) and the record's byte range, including the line ending.
 */
export async function scanRecords(
  stream: Stream,
  visit: (line: number, start: number, end: number) => boolean | undefined,
  delimiter = COMMA,
): Promise<void> {
  const separator = delimiter.charCodeAt(0);
  let line = 1;
  let recordLine = 1;
  let recordStart = 0;
  let offset = 0;
  let quoted = false;
  let atFieldStart = true;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (let index = 0; index < value.length; index++) {
      const byte = value[index];
      if (quoted) {
        if (byte === QUOTE)
          quoted = false; // a doubled quote reopens the field at once
        else if (byte === NEWLINE) line++;
        atFieldStart = byte === QUOTE;
      } else if (byte === NEWLINE) {
        line++;
        const end = offset + index + 1;
        if (visit(recordLine, recordStart, end) === false) return void reader.cancel();
        recordLine = line;
        recordStart = end;
        atFieldStart = true;
      } else if (byte === separator) {
        atFieldStart = true;
      } else {
        if (byte === QUOTE && atFieldStart) quoted = true;
        atFieldStart = false;
      }
    }
    offset += value.length;
  }
  if (recordStart < offset) visit(recordLine, recordStart, offset);
}

/** The header and the records that start on `lines`, byte for byte. */
export async function pickRecords(packed: Blob, lines: Set<number>, delimiter = COMMA): Promise<Blob> {
  const file = await plainContent(packed);
  const parts: Blob[] = [];
  let left = lines.size;
  function visit(line: number, start: number, end: number): boolean | undefined {
    const isHeader = parts.length === 0 && end - start > 2;
    if (!isHeader && !lines.has(line)) return;
    parts.push(file.slice(start, end));
    if (!isHeader) left--;
    return left > 0;
  }
  await scanRecords(file.stream(), visit, delimiter);
  return new Blob(parts, { type: "text/csv" });
}
