/** The view's address is the part after `#`, so the server needs no routes. */

import { atom } from "nanostores";
import { WORKBENCH_URL } from "../api/address";

export interface Route {
  name: string;
  parts: string[];
  search: URLSearchParams;
}

function readRoute(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name = "", ...parts] = path.split("/").map(decode);
  return { name, parts, search: new URLSearchParams(query) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Turn an address without `#`, for which the service sent the workbench with status 404, into one with it. */
function moveBehindHash(): void {
  const home = new URL(WORKBENCH_URL).pathname;
  if (location.pathname === home || !location.pathname.startsWith(home)) return;
  history.replaceState(null, "", `${home}#/${location.pathname.slice(home.length)}`);
}

moveBehindHash();
export const route = atom<Route>(readRoute());
addEventListener("hashchange", () => route.set(readRoute()));

/** Change the address of the same view without a step in the history. */
export function replaceRoute(hash: string): void {
  history.replaceState(null, "", hash);
  route.set(readRoute());
}

export function linkTo(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}
