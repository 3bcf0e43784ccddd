/** Write a table as CSV that is safe to open in a spreadsheet. */

export type Cell = string | number | null | undefined;

export function writeCsv(header: string[], rows: Cell[][]): Blob {
  const lines = [header, ...rows].map((row) => row.map(writeCell).join(","));
  return new Blob([lines.join("\r\n"), "\r\n"], { type: "text/csv" });
}

function writeCell(cell: Cell): string {
  let text = String(cell ?? "");
  // A spreadsheet would run this cell as a formula.
  if (typeof cell === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
