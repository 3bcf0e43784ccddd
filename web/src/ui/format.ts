/** Numbers, times and sizes in the form people read. */

const whole = new Intl.NumberFormat("en");
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const wholePercent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
const dateTime = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export const formatCount = (count: number) => whole.format(count);
export const formatShare = (share: number) =>
  share > 0 && share < 0.0005 ? "< 0.1%" : percent.format(share);
export const formatPercent = (share: number) => wholePercent.format(share);
export const formatDateTime = (iso: string) => dateTime.format(new Date(iso));
export const formatFigure = (figure: number) => figure.toFixed(3);

export function formatSigned(figure: number): string {
  const sign = figure > 0 ? "+" : figure < 0 ? "−" : "";
  return sign + Math.abs(figure).toFixed(2);
}

export function plural(count: number, word: string, words = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : words}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const units = ["kB", "MB", "GB"];
  let value = bytes / 1_000;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1_000))} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function formatAgo(iso: string): string {
  const seconds = (Date.parse(iso) - Date.now()) / 1_000;
  const steps = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return "just now";
}

/** Column names, with runs such as vect_1 … vect_148 collapsed. */
export function groupColumns(columns: readonly string[]): string[] {
  const groups: string[] = [];
  for (let index = 0; index < columns.length; index++) {
    const match = /^(.*_)(\d+)$/.exec(columns[index]!);
    let last = index;
    if (match) {
      let next = Number(match[2]) + 1;
      while (columns[last + 1] === `${match[1]}${next}`) {
        last++;
        next++;
      }
    }
    groups.push(last - index > 1 ? `${columns[index]} … ${columns[last]}` : columns[index]!);
    if (last - index > 1) index = last;
  }
  return groups;
}
