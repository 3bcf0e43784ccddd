// Relay: its compiler takes our schema, its runtime fetches, pages and refetches by global id.
// Usage: node relay.mjs ADDRESS FOLDER GENRE, FOLDER being what relay-compiler wrote
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { headers, print, url } from "./site.mjs";

const { Environment, Network, RecordSource, Store, commitMutation, fetchQuery } =
  createRequire(import.meta.url)("relay-runtime");
const [, , , folder, genre] = process.argv;

async function artefact(name) {
  const text = readFileSync(join(folder, `${name}.graphql.js`));
  return (await import(`data:text/javascript;base64,${text.toString("base64")}`)).default;
}

const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(async (operation, variables) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ query: operation.text, variables }),
    });
    return response.json();
  }),
});

async function run(name, variables) {
  const query = await artefact(name);
  return fetchQuery(environment, query, variables).toPromise();
}

const first = await run("TitlesQuery", { genre, count: 3, cursor: null });
const ids = first.titlesByGenre.edges.map((edge) => edge.node.id);
const node = (await run("TitlesNodeQuery", { id: ids[0] })).node;
await run("TitlesTrackRefetchQuery", { id: ids[0] });
const other = first.genres.find((entry) => entry.name !== genre).name;
const mutation = await artefact("TitlesCorrectMutation");
await new Promise((onCompleted, onError) =>
  commitMutation(environment, {
    mutation,
    variables: { trackId: node.trackId, genre: other },
    onCompleted,
    onError,
  }),
);
// The mutation has changed the record in the store, which Relay finds by the global id.
const stored = environment.getStore().getSource().get(ids[0]);
print({ ids, page: first.titlesByGenre, node, stored: stored.genre, expected: other });
