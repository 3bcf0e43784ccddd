/** Put what was learnt to use: preview, use the model, classify the catalogue again; and the way back. */

import type { Client } from "@urql/core";
import { atom } from "nanostores";
import { type Problem, problemOf } from "../../api/errors";
import { type BatchCounts, follow, isActive } from "../../batches/follow";
import type { Lessons } from "../estimate/lessons";
import { LEARN, type LearnedModel, RECLASSIFY, ROLL_BACK } from "../operations";

const PREVIEWED = 50;

export type Phase = "idle" | "previewing" | "preview" | "using" | "reclassifying" | "done";

export interface Change {
  phase: Phase;
  /** Whether the change goes back to the model before. */
  isRollback: boolean;
  model: LearnedModel | null;
  batch: BatchCounts | null;
  problem: Problem | null;
}

export type CatalogueChange = ReturnType<typeof makeCatalogueChange>;

const IDLE: Change = { phase: "idle", isRollback: false, model: null, batch: null, problem: null };

export function makeCatalogueChange(client: Client, lessons: Lessons, batchId: string | null) {
  const change = atom<Change>(IDLE);
  let stopFollowing = () => {};

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
    await reclassify();
  }

  async function rollBack(): Promise<void> {
    change.set({ ...IDLE, phase: "using", isRollback: true });
    const { error } = await client.mutation(ROLL_BACK, {}).toPromise();
    if (error) return update({ phase: "idle", problem: problemOf(error) });
    await reclassify();
  }

  async function reclassify(): Promise<void> {
    update({ phase: "reclassifying" });
    void lessons.refresh();
    const { data, error } = await client.mutation(RECLASSIFY, { batchId }).toPromise();
    if (error) return update({ phase: "done", problem: problemOf(error) });
    const report = (batch: BatchCounts) => {
      const problem = batch.error && { title: "Reclassifying failed", detail: batch.error.message };
      update({ batch, problem, phase: isActive(batch) ? "reclassifying" : "done" });
    };
    report(data!.reclassify);
    if (isActive(data!.reclassify)) stopFollowing = follow(client, data!.reclassify.id, report);
  }

  return {
    change,
    preview,
    apply,
    rollBack,
    cancel: () => change.set(IDLE),
    stop: () => stopFollowing(),
  };
}
