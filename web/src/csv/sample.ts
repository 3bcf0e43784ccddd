/** The synthetic sample, and a copy with mistakes that shows how bad rows are reported. */

export async function fetchSample(rows: number, withMistakes: boolean): Promise<File> {
  const response = await fetch(new URL(`sample.csv?rows=${rows}`, document.baseURI));
  if (!response.ok) throw new Error(`The service answered with status ${response.status}.`);
  const text = await response.text();
  if (!withMistakes) return new File([text], "sample.csv", { type: "text/csv" });
  return new File([spoil(text)], "sample-with-mistakes.csv", { type: "text/csv" });
}

function spoil(text: string): string {
  const lines = text.split("\n");
  const spoilLast = (row: number, cell: string | null) => {
    const line = lines[row];
    if (!line) return;
    const kept = line.slice(0, line.lastIndexOf(","));
    lines[row] = cell === null ? kept : `${kept},${cell}`;
  };
  spoilLast(8, "");
  spoilLast(21, "n/a");
  spoilLast(34, "-1e999");
  spoilLast(55, null);
  const firstId = lines[1]?.split(",", 1)[0];
  if (lines[60] && firstId) lines[60] = firstId + lines[60].slice(lines[60].indexOf(","));
  return lines.join("\n");
}
