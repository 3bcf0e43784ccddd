const WORDS: Record<string, [word: string, tone: string]> = {
  QUEUED: ["Queued", "waiting"],
  RUNNING: ["Running", "running"],
  DONE: ["Done", "good"],
  FAILED: ["Failed", "bad"],
  CANCELLED: ["Cancelled", ""],
};

export function StatusBadge({ status }: { status: string }) {
  const [word, tone] = WORDS[status] ?? [status, ""];
  return <span class={`badge ${tone}`}>{word}</span>;
}
