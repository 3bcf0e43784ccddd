/** How a file was read, in one plain line. */

import type { BatchCounts } from "./follow";

type Detected = NonNullable<BatchCounts["detected"]>;

const SEPARATED: Record<string, string> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "bar",
};

export function describeDetected({ format, charset, delimiter, compression }: Detected): string {
  const packed = compression ? `, compressed with ${compression}` : "";
  if (format === "XLSX") return `Read as an XLSX workbook${packed}`;
  if (format === "PARQUET") return `Read as Parquet${packed}`;
  return `Read as ${SEPARATED[delimiter ?? ","]}-separated text in ${charset}${packed}`;
}

/** Whether this page can find the records of such a file itself. */
export function canFindRecords(detected: Detected | null): boolean {
  return detected === null || (detected.format === "CSV" && detected.charset !== "UTF-16");
}
