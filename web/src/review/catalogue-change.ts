/** Put what was learnt to use: preview, use the model, and roll back. */

import type { Client } from "@urql/core";
import { atom } from "nanostores";
import { type Problem, problemOf } from "../api/errors";
import type { Lessons } from "./lessons";
import { LEARN, type LearnedModel, ROLL_BACK } from "./operations";

const PREVIEWED = 50;

export type Phase = "idle" | "previewing" | "preview" | "using" | "done";

export interface Change {
  phase: Phase;
  /** Whether the change goes back to the model before. */
  isRollback: boolean;
  model: LearnedModel | null;
  problem: Problem | null;
}

export type CatalogueChange = ReturnType<typeof makeCatalogueChange>;

const IDLE: Change = { phase: "idle", isRollback: false, model: null, problem: null };

export function makeCatalogueChange(client: Client, lessons: Lessons) {
  const change = atom<Change>(IDLE);

  function update(changes: Partial<Change>): void {
    change.set({ ...change.get(), ...changes });
  }

  async function preview(): Promise<void> {
    change.set({ ...IDLE, phase: "previewing" });
    const variables = { use: false, force: false, changes: PREVIEWED };
    const { data, error } = await client.mutation(LEARN, variables).toPromise();
    if (error) update({ phase: "idle", problem: problemOf(error) });
    else update({ phase: "preview", model: data!.learnFromCorrections });
  }

  async function apply(force = false): Promise<void> {
    update({ phase: "using", problem: null });
    const { error } = await client.mutation(LEARN, { use: true, force, changes: 0 }).toPromise();
    if (error) return update({ phase: "preview", problem: problemOf(error) });
    finish();
  }

  async function rollBack(): Promise<void> {
    change.set({ ...IDLE, phase: "using", isRollback: true });
    const { error } = await client.mutation(ROLL_BACK, {}).toPromise();
    if (error) return update({ phase: "idle", problem: problemOf(error) });
    finish();
  }

  function finish(): void {
    update({ phase: "done" });
    void lessons.refresh();
  }

  return {
    change,
    preview,
    apply,
    rollBack,
    cancel: () => change.set(IDLE),
  };
}
