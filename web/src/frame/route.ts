/** The view's address is the part after `#`, so the server needs no routes. */

import { atom } from "nanostores";

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

export const route = atom<Route>(readRoute());
addEventListener("hashchange", () => route.set(readRoute()));

export function linkTo(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}
