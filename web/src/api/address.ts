/**
 * Where the service is; the pages also work below any path of a proxy. Scripts are in `assets/`, whatever
 * the page's own address: the service also sends the workbench for addresses that it doesn't know.
 */

const BASE = import.meta.env.DEV ? document.baseURI : new URL("..", import.meta.url).href;

const at = (path: string) => new URL(path, BASE).href;

/** The address of a link that the API gave, which is relative to the API's own. */
export const addressOf = (url: string) => new URL(url, API_URL).href;

export const API_URL = at("graphql");
export const READY_URL = at("readyz");
export const WORKBENCH_URL = at(".");
