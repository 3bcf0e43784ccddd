/** Read a file, decompressing gzip. Browsers can't decompress Zstandard. */

const MAGIC = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd] };

/** Recognise the compression by the first bytes, as the service does. */
async function compressionOf(file: Blob): Promise<"gzip" | "zstd" | null> {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  for (const kind of ["gzip", "zstd"] as const) {
    if (MAGIC[kind].every((byte, index) => start[index] === byte)) return kind;
  }
  return null;
}

export async function isReadable(file: Blob): Promise<boolean> {
  return (await compressionOf(file)) !== "zstd";
}

/** The content as an uncompressed file. */
export async function plainContent(file: Blob): Promise<Blob> {
  const kind = await compressionOf(file);
  if (kind === null) return file;
  if (kind === "zstd") throw new Error("This browser can't read Zstandard files.");
  return new Response(file.stream().pipeThrough(new DecompressionStream("gzip"))).blob();
}

export type Stream = ReadableStream<Uint8Array<ArrayBuffer>>;
