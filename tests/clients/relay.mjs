// Relay: its compiler takes our schema, its runtime fetches, pages and refetches by global id.
// Usage: node relay.mjs ADDRESS FOLDER GENRE FILE, FOLDER being what relay-compiler wrote
import { openAsBlob, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { createClient } from "graphql-ws";

import { headers, print, socketUrl, url } from "./site.mjs";

const {
  Environment,
  Network,
  Observable,
  RecordSource,
  Store,
  commitMutation,
  fetchQuery,
  requestSubscription,
} = createRequire(import.meta.url)("relay-runtime");
const [, , , folder, genre, path] = process.argv;

async function artefact(name) {
  const text = readFileSync(join(folder, `${name}.graphql.js`));
  return (await import(`data:text/javascript;base64,${text.toString("base64")}`)).default;
}

// docs: environment
const socket = createClient({ url: socketUrl, connectionParams: headers });

async function fetchFn(operation, variables, cacheConfig, uploadables) {
  const body = JSON.stringify({ query: operation.text, variables });
  const json = { "content-type": "application/json" };
  const init = uploadables
    ? { headers, body: makeForm(operation, variables, uploadables) }
    : { headers: { ...headers, ...json }, body };
  return (await fetch(url, { method: "POST", ...init })).json();
}

function makeForm(operation, variables, uploadables) {
  const names = Object.keys(uploadables);
  const empty = Object.fromEntries(names.map((name) => [name, null]));
  const form = new FormData();
  const operations = { query: operation.text, variables: { ...variables, ...empty } };
  form.set("operations", JSON.stringify(operations));
  form.set("map", JSON.stringify(Object.fromEntries(names.map((name) => [name, [`variables.${name}`]]))));
  for (const name of names) form.set(name, uploadables[name]);
  return form;
}

function subscribeFn(operation, variables) {
  return Observable.create((sink) => socket.subscribe({ query: operation.text, variables }, sink));
}

const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(fetchFn, subscribeFn),
});
// docs: end

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

// docs: upload-call
function upload(mutation, csvFile, wait) {
  return new Promise((resolve, reject) => {
    commitMutation(environment, {
      mutation,
      variables: { csvFile: null, wait },
      uploadables: { csvFile },
      onCompleted: (data, errors) => (errors ? reject(errors) : resolve(data.classifyBatch)),
      onError: reject,
    });
  });
}
// docs: end

// docs: subscription-call
function follow(subscription, id, onProgress) {
  return new Promise((resolve, reject) => {
    requestSubscription(environment, {
      subscription,
      variables: { id },
      onNext: (data) => onProgress(data.batchProgress),
      onError: reject,
      onCompleted: resolve,
    });
  });
}
// docs: end

// docs: errors
async function codeOf(query, variables) {
  try {
    await fetchQuery(environment, query, variables).toPromise();
  } catch (error) {
    const errors = error.source?.errors;
    if (errors) return errors[0].extensions.code;
    throw error; // the service cannot be reached
  }
}
// docs: end

const unknown = { genre: "polka", count: 3, cursor: null };
const code = await codeOf(await artefact("TitlesQuery"), unknown);
const file = new File([await openAsBlob(path)], "tracks.csv", { type: "text/csv" });
const queued = await upload(await artefact("TitlesClassifyMutation"), file, false);
const progress = [];
await follow(await artefact("TitlesProgressSubscription"), queued.id, (state) =>
  progress.push(state),
);
print({
  ids,
  page: first.titlesByGenre,
  node,
  stored: stored.genre,
  expected: other,
  code,
  queued,
  progress,
});
