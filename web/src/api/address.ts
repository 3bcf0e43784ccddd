/** Where the service is; the pages also work below any path of a proxy. */

const at = (path: string) => new URL(path, document.baseURI).href;

export const API_URL = at("graphql");
export const READY_URL = at("readyz");
export const WORKBENCH_URL = at(".");
