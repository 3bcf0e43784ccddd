/** Send the answers of an outbox, in order, until the service has saved each one. */

import type { Client, CombinedError } from "@urql/core";
import { atom } from "nanostores";
import { isReachable } from "../../api/connection";
import { type Problem, problemOf } from "../../api/errors";
import { CLEAR_CORRECTION } from "../../tracks/operations";
import { SAVE_ANSWERS } from "../operations";
import type { Answer, Outbox } from "./outbox";

const MAX_ANSWERS = 100;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** Trying again cannot help. Everything else is tried again. */
const FINAL_CODES = new Set(["NOT_FOUND", "UNKNOWN_GENRE", "BAD_USER_INPUT"]);

export type Sender = ReturnType<typeof startSender>;

export function startSender(client: Client, outbox: Outbox) {
  /** The answers that were saved last. */
  const saved = atom<Answer[]>([]);
  const trouble = atom<Problem | null>(null);
  let isSending = false;
  let isStopped = false;
  let failures = 0;
  let alone = 0; // how many answers to send one by one, to find the one that is refused
  let wake = () => {};

  async function run(): Promise<void> {
    if (isSending) return;
    isSending = true;
    for (let next = take(); next.length > 0 && !isStopped; next = take()) await sendOrWait(next);
    isSending = false;
  }

  /** The first answers that one request can carry: each on another track, none that is taken back. */
  function take(): Answer[] {
    const waiting = outbox.answers.get().filter(({ refusal }) => refusal === null);
    if (waiting[0]?.genre === null || alone > 0) return waiting.slice(0, 1);
    const tracks = new Set<string>();
    const end = waiting.findIndex(
      ({ genre, trackId }) => genre === null || tracks.size === tracks.add(trackId).size,
    );
    return waiting.slice(0, Math.min(end < 0 ? waiting.length : end, MAX_ANSWERS));
  }

  async function sendOrWait(answers: Answer[]): Promise<void> {
    const keys = new Set(answers.map(({ key }) => key));
    outbox.change(keys, { wasSent: true });
    const error = await send(client, answers);
    if (isStopped) return;
    if (!error) {
      failures = 0;
      alone = Math.max(0, alone - 1);
      trouble.set(null);
      outbox.remove(keys);
      return saved.set(answers);
    }
    const problem = problemOf(error);
    if (!FINAL_CODES.has(problem.code ?? "")) return waitAfter(problem);
    if (answers.length > 1) alone = answers.length;
    else {
      alone = Math.max(0, alone - 1);
      outbox.change(keys, { refusal: problem.detail ?? problem.title });
    }
  }

  async function waitAfter(problem: Problem): Promise<void> {
    trouble.set(problem);
    const delay = Math.min(FIRST_DELAY_MS * 2 ** failures++, LONGEST_DELAY_MS);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const stopListening = [
    outbox.answers.listen(() => void run()),
    isReachable.listen((isUp) => isUp && wake()),
  ];
  void run();
  return {
    saved,
    trouble,
    retry(): void {
      wake();
      void run();
    },
    stop(): void {
      isStopped = true;
      wake();
      for (const stop of stopListening) stop();
    },
  };
}

async function send(client: Client, answers: Answer[]): Promise<CombinedError | undefined> {
  const [first] = answers;
  if (first?.genre === null) {
    return (await client.mutation(CLEAR_CORRECTION, { trackId: first.trackId }).toPromise()).error;
  }
  const corrections = answers.map(({ trackId, genre, isNewGenre }) => ({
    trackId,
    genre: genre!,
    newGenre: isNewGenre,
  }));
  return (await client.mutation(SAVE_ANSWERS, { corrections }).toPromise()).error;
}
