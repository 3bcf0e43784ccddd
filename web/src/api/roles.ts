/** What the person who is signed in may do; the service checks it again. */

import { useStore } from "@nanostores/preact";
import { atom } from "nanostores";
import { credentials } from "./credentials";

export type Role = "READER" | "WRITER" | "REVIEWER" | "OPERATOR";

/** Null until the service has said it. */
export const roles = atom<readonly Role[] | null>(null);

credentials.listen(() => roles.set(null));

/** Whether a role is there; true while that is unknown, so that nothing flickers. */
export function useRole(role: Role): boolean {
  return useStore(roles)?.includes(role) ?? true;
}
